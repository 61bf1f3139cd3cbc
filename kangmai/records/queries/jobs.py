"""Jobs and their files, for those who ordered them."""

from collections.abc import Iterator
from datetime import datetime

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.records.jobs import files, table
from kangmai.records.jobs.errors import JobNotFound
from kangmai.records.jobs.table import Job


def get_job(id: str, *, actor: Actor) -> Job:
    """A job of the actor's account and program.

    Raises:
        JobNotFound: also of another's, or of one that was cancelled.
    """
    job = table.find(id)
    if (
        job is None
        or job.state == "cancelled"
        or (job.account, job.client) != (actor.account, actor.client)
    ):
        raise JobNotFound(id=id)
    return job


def read_job_file(id: str, name: str, *, actor: Actor, at: datetime) -> Iterator[bytes]:
    """The content of one of a job's files, piece by piece.

    Raises:
        JobNotFound: no such job is done, or it has no such file.
    """
    job = get_job(id, actor=actor)
    path = files.job_folder(job.id) / name
    if job.state != "done" or "/" in name or not name.endswith(".ndjson") or not path.is_file():
        raise JobNotFound(id=f"{id}/{name}")
    audit.record_later(audit.Entry(actor, at, f"records.{job.kind}.file", "Bundle", job.id))
    return files.read(path)

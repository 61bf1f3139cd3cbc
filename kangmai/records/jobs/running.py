"""The worker's side: take one job, do it, write down how it ended."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg

from kangmai.kernel import audit
from kangmai.kernel.connections import own_connection
from kangmai.kernel.errors import KangmaiError
from kangmai.records.jobs import files, table
from kangmai.records.jobs.exporting import Cancelled, ShowDeeds, export, order_from_json
from kangmai.records.jobs.importing import import_lines
from kangmai.records.jobs.table import Job
from kangmai.records.parameters.walking import walk_once
from kangmai.records.store import statistics

IDLE_SECONDS = 1.0
LOST_SECONDS = 5.0
BEAT = timedelta(seconds=1)
"""How often a job at work says how far it is, and hears whether to go on."""

logger = logging.getLogger(__name__)


def run_jobs(
    stop: threading.Event, *, now: Callable[[], datetime], show: ShowDeeds | None = None
) -> None:
    """Do one job after the other until `stop` is set, and index added search parameters in between.

    Args:
        show: as for `exporting.export`.
    """
    while not stop.is_set():
        try:
            is_busy = walk_once()
            if not run_one(now=now, stop=stop, show=show) and not is_busy:
                stop.wait(IDLE_SECONDS)
        except psycopg.OperationalError:
            logger.warning("the database does not answer; trying again")
            stop.wait(LOST_SECONDS)


def run_one(
    *,
    now: Callable[[], datetime],
    stop: threading.Event | None = None,
    show: ShowDeeds | None = None,
) -> bool:
    """Do the oldest waiting job; returns whether there was one.

    When `stop` is set meanwhile, the job goes back to the others and begins anew later.
    """
    job = table.claim()
    if job is None:
        return False
    try:
        _finish(job, _do(job, now, stop, show), now())
    except Cancelled:
        _give_back_or_remove(job, stop)
    except KangmaiError as error:
        table.finish(job.id, state="failed", error=error.code)
    except psycopg.OperationalError:
        raise  # its beat ends, and it is taken up again
    except Exception:
        logger.exception("job %s failed", job.id)
        again = job.attempts < table.ATTEMPTS
        table.finish(job.id, state="waiting" if again else "failed", error="InternalError")
    return True


def _do(
    job: Job, now: Callable[[], datetime], stop: threading.Event | None, show: ShowDeeds | None
) -> dict:
    last = now()

    def beat(done: int) -> bool:
        nonlocal last
        if stop and stop.is_set():
            return False
        if (at := now()) - last < BEAT:
            return True
        last = at
        return table.beat(job.id, done)

    if job.kind == "export":
        order = order_from_json(job.work)
        return export(job.id, order, show=show, actor=job.actor, beat=beat, at=now())
    result = import_lines(job.id, job.work, actor=job.actor, beat=beat, now=now)
    if stop and stop.is_set():
        raise Cancelled
    return result


def _finish(job: Job, result: dict, at: datetime) -> None:
    if job.kind == "import" and result["done"] >= statistics.MANY_ROWS:
        statistics.refresh(own_connection())
    if not table.finish(job.id, state="done", done=result["done"], result=result):
        files.remove(job.id)
        return
    audit.record(
        actor=job.actor,
        at=at,
        action=f"records.{job.kind}.done",
        object_type="Bundle",
        object_id=job.id,
        details={"rows": result["done"]},
    )


def _give_back_or_remove(job: Job, stop: threading.Event | None) -> None:
    if stop and stop.is_set():
        table.finish(job.id, state="waiting")
    else:
        files.remove(job.id)

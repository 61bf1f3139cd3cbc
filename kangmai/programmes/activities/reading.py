"""Rows as values; photos sealed and opened."""

from uuid import UUID

from kangmai.kernel import sealing
from kangmai.programmes.activities import models
from kangmai.programmes.activities.types import Activity, Lead


def close(id: UUID, content: bytes) -> tuple[int, bytes]:
    """Key version and sealed bytes of a photo."""
    return sealing.seal(content, bound_to=f"activities.photo|{id}".encode())


def opened(row: models.Photo) -> bytes:
    """A photo as it was sealed."""
    bound_to = f"activities.photo|{row.id}".encode()
    return sealing.unseal(row.content_key, bytes(row.content), bound_to=bound_to)


def activity_of(row: models.Activity, photos: tuple[UUID, ...] = ()) -> Activity:
    """An activity."""
    return Activity(
        id=row.id,
        rule=row.rule,
        kind=row.kind,
        organization=row.organization,
        place_code=row.place_code,
        on=row.on,
        title=row.title,
        venue=row.venue,
        people=row.people,
        pieces=row.pieces,
        values=row.values,
        note=row.note,
        problem=row.problem,
        lead=Lead(row.lead),
        reported_to=row.reported_to,
        reported_on=row.reported_on,
        result=row.result,
        result_on=row.result_on,
        withdrawn_reason=row.withdrawn_reason,
        photos=photos,
        account=row.account,
        at=row.at,
        version=row.version,
    )

"""Line lists that an actor sees, and rows of them opened."""

from datetime import date, datetime

from django.db.models import Q

from kangmai.epidemic.orders.queries import living
from kangmai.epidemic.tracing import models, sealed
from kangmai.epidemic.tracing.reach import INVESTIGATE, inside, places
from kangmai.epidemic.tracing.types import Kind, ListedPerson
from kangmai.kernel.actor import Actor


def lists_of(actor: Actor, at: datetime) -> Q:
    """The condition for line lists of the places that an actor investigates."""
    return Q(order_id__in=living(at=at)) & inside(places(actor, INVESTIGATE))


def listed_of(row: models.ListRow) -> ListedPerson | None:
    """What a received row said; None for rows that were sent."""
    said = sealed.read("row", f"{row.list_id}|{row.number}", row.content_key, row.content)
    if not said:
        return None
    return ListedPerson(
        name=said["name"], document=said["document"], phone=said["phone"], address=said["address"],
        place_code=said["place_code"], kind=Kind(said["kind"]), relation=said["relation"],
        case_number=said["case_number"], last_exposure_on=date.fromisoformat(said["last_exposure_on"]),
    )  # fmt: skip

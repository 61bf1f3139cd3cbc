"""Who sees a finding: the team it is about, and quality control of the place once it is its turn.

A team's members see the findings of their institution and their places at once. Quality control sees a
finding in its places when the team has answered or its time is over. Of a programme with a label of its own
nothing is seen by those whose scope has not that label.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.watchdog import models
from kangmai.programmes.watchdog.errors import FindingNotFound
from kangmai.programmes.watchdog.types import State

ANSWER = "watchdog.answer"
REVIEW = "watchdog.review"
REVIEW_LABELLED = "watchdog.review_labelled"
"""The same for programmes with a label of their own: for those who hold the label, outside the team."""


def is_reader(actor: Actor) -> bool:
    """Whether somebody answers or reviews findings anywhere."""
    return any(is_permitted(actor, each) for each in (ANSWER, REVIEW, REVIEW_LABELLED))


def require_reader(actor: Actor) -> None:
    """Let pass who answers or reviews findings. Raises NotPermitted."""
    if not is_reader(actor):
        raise NotPermitted(permission=ANSWER)


def review_of(circle: str) -> str:
    """The permission by which a finding is reviewed."""
    return REVIEW_LABELLED if circle else REVIEW


def inside(actor: Actor, *, at: datetime) -> QuerySet[models.Finding]:
    """The findings that an actor may see now."""
    rows = models.Finding.objects.exclude(circle__in=engine.hidden(actor.scope))
    # what was once with quality control stays in its sight while the team is asked again
    seen = with_quality(at) | Q(state=State.CLOSED.value) | Q(version__gt=1)
    return rows.filter(near(actor, ANSWER) | (reviewed(actor) & seen))


def with_quality(at: datetime) -> Q:
    """Findings that wait for quality control: answered, or the team's time is over."""
    return Q(state=State.ANSWERED.value) | Q(state=State.TEAM.value, due_at__lt=at)


def reviewed(actor: Actor) -> Q:
    """Findings that an actor reviews once it is his turn; never those of his own institution."""
    own = Q(organization__in=[each.organization for each in actor.grants if each.organization])
    common = near(actor, REVIEW) & Q(circle="")
    return (common | (near(actor, REVIEW_LABELLED) & ~Q(circle=""))) & ~own


def near(actor: Actor, permission: str) -> Q:
    """Findings in the places, and about the institutions, for which an actor holds a permission."""
    found = Q(pk__in=[])
    for grant in actor.grants:
        if {permission, "*"} & grant.permissions:
            if grant.organization is not None:
                found |= Q(organization=grant.organization)
            for place in grant.places:
                found |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return found


def is_near(row: models.Finding, actor: Actor, permission: str) -> bool:
    """Whether an actor holds a permission for a finding."""
    return any(
        {permission, "*"} & grant.permissions
        and (
            grant.organization == row.organization
            or any(place.covers(row.place_code) for place in grant.places)
        )
        for grant in actor.grants
    )


def locked(finding_id: object, *, actor: Actor, at: datetime) -> models.Finding:
    """One finding, locked until the transaction ends. Raises NotPermitted, FindingNotFound."""
    require_reader(actor)
    rows = inside(actor, at=at).select_for_update(of=("self",))
    row = rows.filter(pk=finding_id).first()
    if row is None:
        raise FindingNotFound()
    return row

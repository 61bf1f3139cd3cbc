"""The people of a campaign, how far it has come by school, town and age, and what the clinic is told of an answer."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.campaigns import models, reach, seating
from kangmai.programmes.campaigns.reach import READ
from kangmai.programmes.campaigns.reading import target_of
from kangmai.programmes.campaigns.types import (
    OPEN_NEEDS,
    Answered,
    By,
    Candidates,
    Consent,
    Filter,
    Need,
    Progress,
    Show,
    Target,
)


def targets(
    campaign_id: UUID, *, filter: Filter, after: int = 0, limit: int = 50, on: date, actor: Actor
) -> list[Target]:
    """People of a campaign in the actor's places, by their place on the list; from behind one on.

    Raises:
        NotPermitted, CampaignNotFound
    """
    rows = _rows(campaign_id, filter, on, actor)
    return [target_of(row) for row in rows.filter(pk__gt=after).order_by("pk")[:limit]]


def count_targets(campaign_id: UUID, *, filter: Filter, on: date, actor: Actor) -> int:
    """How many people a filter leaves. Raises NotPermitted, CampaignNotFound."""
    return _rows(campaign_id, filter, on, actor).count()


def _rows(campaign_id: UUID, asked: Filter, on: date, actor: Actor) -> QuerySet[models.Target]:
    campaign = reach.seen(campaign_id, actor=actor)
    rows = campaign.targets.filter(reach.near(actor)).filter(_shown(asked.show, campaign, on))
    if asked.place:
        rows = rows.filter(reach.within(asked.place))
    said = {"school": asked.school, "grade": asked.grade, "room": asked.room or None, "session": asked.session}  # fmt: skip
    return rows.filter(**{name: value for name, value in said.items() if value is not None})


def _shown(show: Show, campaign: models.Campaign, on: date) -> Q:
    open_needs = Q(need__in=[each.value for each in OPEN_NEEDS])
    willing = seating.willing(campaign)
    match show:
        case Show.TO_VACCINATE:
            return willing & seating.able(on)
        case Show.ASK:
            return open_needs & Q(consent=Consent.ASKED.value)
        case Show.CATCH_UP:
            return ~Q(consent=Consent.REFUSED.value) & seating.able(on) & Q(missed__gt=0) & seating.FREE  # fmt: skip
        case Show.WAITING:
            return Q(need=Need.WAITING.value) & ~Q(consent=Consent.REFUSED.value)
        case Show.OFF:
            return Q(need__in=[Need.DEFERRED.value, Need.CONTRAINDICATED.value])
        case Show.REFUSED:
            return Q(consent=Consent.REFUSED.value) & ~Q(need=Need.DONE.value)
        case Show.DONE:
            return Q(need=Need.DONE.value)
        case Show.ALL:
            return Q()


_KEYS = {
    By.SCHOOL: "coalesce(t.school::text, '')",
    By.TOWN: "left(t.place_code, 9)",
    By.AGE: "extract(year FROM t.birth_on)::int::text",
}
# each person counts once: done, not needed, refused, put off, ready, waiting; unasked is a part of the last three
_PROGRESS = """
SELECT {key}, count(*),
    count(*) FILTER (WHERE t.need = 'done'),
    count(*) FILTER (WHERE t.given > 0 AND t.need <> 'not_needed'),
    count(*) FILTER (WHERE t.need = 'ready' AND t.consent <> 'refused'),
    count(*) FILTER (WHERE t.need IN ('waiting', 'new') AND t.consent <> 'refused'),
    count(*) FILTER (WHERE t.need IN ('deferred', 'contraindicated') AND t.consent <> 'refused'),
    count(*) FILTER (WHERE t.consent = 'refused' AND t.need NOT IN ('done', 'not_needed')),
    count(*) FILTER (WHERE t.consent = 'asked' AND t.need IN ('new', 'ready', 'waiting', 'deferred')),
    count(*) FILTER (WHERE t.need = 'not_needed')
FROM campaigns_target t WHERE t.campaign_id = %(campaign)s AND ({near})
GROUP BY 1 ORDER BY 1"""


def progress(campaign_id: UUID, *, by: By, actor: Actor) -> list[Progress]:
    """How far a campaign has come in the actor's places. Raises NotPermitted, CampaignNotFound."""
    campaign = reach.seen(campaign_id, actor=actor)
    near, values = near_sql(actor)
    with connection.cursor() as cursor:
        cursor.execute(
            _PROGRESS.format(key=_KEYS[by], near=near), {**values, "campaign": campaign.pk}
        )
        return [Progress(*row) for row in cursor.fetchall()]


def near_sql(actor: Actor) -> tuple[str, dict[str, Any]]:
    """SQL over t for the people of an actor's places and institutions."""
    parts = ["t.organization = ANY(%(own)s::bigint[])"]
    values: dict[str, Any] = {"own": sorted(reach.own(actor))}
    for n, each in enumerate(reach.places(actor)):
        parts.append(f"(t.place_code >= %(low{n})s AND t.place_code < %(high{n})s)")
        values |= {f"low{n}": each.low, f"high{n}": each.high}
    return " OR ".join(parts), values


def refusals(campaign_id: UUID, *, actor: Actor) -> dict[str, int]:
    """Reason → how many refused for it, in the actor's places. Raises NotPermitted, CampaignNotFound."""
    campaign = reach.seen(campaign_id, actor=actor)
    rows = campaign.targets.filter(reach.near(actor), consent=Consent.REFUSED.value)
    return dict(rows.values_list("refusal").annotate(n=Count("pk")).order_by("-n", "refusal"))


def schools(campaign_id: UUID, *, actor: Actor) -> list[int]:
    """The schools on a list, in the actor's places. Raises NotPermitted, CampaignNotFound."""
    campaign = reach.seen(campaign_id, actor=actor)
    rows = campaign.targets.filter(reach.near(actor), school__isnull=False)
    return sorted(rows.order_by().values_list("school", flat=True).distinct())


def rooms(campaign_id: UUID, *, school: int, actor: Actor) -> list[tuple[int, str]]:
    """Grade and class of those of a school. Raises NotPermitted, CampaignNotFound."""
    campaign = reach.seen(campaign_id, actor=actor)
    rows = campaign.targets.filter(reach.near(actor), school=school, grade__isnull=False)
    return sorted(rows.order_by().values_list("grade", "room").distinct())


def vaccines(campaign_id: UUID, *, on: date, actor: Actor) -> dict[str, int]:
    """Vaccine → doses wanted by those in the actor's places who may be vaccinated by a day.

    Raises:
        NotPermitted, CampaignNotFound
    """
    rows = _rows(campaign_id, shown(Show.TO_VACCINATE), on, actor).order_by()
    return dict(rows.values_list("vaccine").annotate(n=Count("pk")).order_by("-n", "vaccine"))


def shown(show: Show) -> Filter:
    """Everybody of one kind."""
    return Filter(show=show)


def listed(session: UUID) -> Filter:
    """Everybody on the list of a session."""
    return Filter(session=session)


def candidates_by_school(campaign_id: UUID, *, on: date, actor: Actor) -> list[Candidates]:
    """How many may be asked to a session on a day, by school, and by town for those of none.

    Raises:
        NotPermitted, CampaignNotFound
    """
    campaign = reach.seen(campaign_id, actor=actor)
    rows = seating.askable(campaign, on=on).filter(reach.near(actor))
    of_schools = rows.filter(school__isnull=False).order_by().values_list("school").annotate(n=Count("pk"))  # fmt: skip
    found = [Candidates(school, "", n) for school, n in of_schools]
    towns: dict[str, int] = {}
    for place, n in rows.filter(school=None).order_by().values_list("place_code").annotate(n=Count("pk")):  # fmt: skip
        towns[place[:9]] = towns.get(place[:9], 0) + n
    return sorted(found, key=lambda each: -each.count) + [
        Candidates(None, place, n) for place, n in sorted(towns.items())
    ]


def answered_of(resident_ids: Sequence[ResidentId], *, actor: Actor) -> list[Answered]:
    """What was agreed beforehand for a resident whom the caller was let see, in campaigns that are open.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    rows = models.Target.objects.select_related("campaign").filter(
        reach.near(actor), resident_id__in=resident_ids, campaign__closed_on=None, consent=Consent.AGREED.value
    )  # fmt: skip
    return [
        Answered(row.campaign.title, row.consent_by, row.consent_on, row.vaccine)
        for row in rows.order_by("-consent_on", "-pk")
        if row.consent_on is not None
    ]

"""Institutions that a planner chooses from: who may sample in the areas of a round, and which laboratories test."""

from collections.abc import Iterable, Sequence

from kangmai.epidemic.nucleic_acid import rules
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area
from kangmai.portal.shell.choices import Choice
from kangmai.portal.shell.requests import PortalRequest
from kangmai.registry import queries as registry
from kangmai.registry.types import Organization, OrganizationKind

CENTRES = (OrganizationKind.TOWNSHIP_HOSPITAL, OrganizationKind.COMMUNITY_CENTRE)
"""One in each town: where a round of everybody sets up first."""
SAMPLERS = (*CENTRES, OrganizationKind.HOSPITAL, OrganizationKind.COMMUNITY_STATION, OrganizationKind.VILLAGE_CLINIC)  # fmt: skip
LABORATORIES = (OrganizationKind.LABORATORY, OrganizationKind.CDC, OrganizationKind.HOSPITAL, OrganizationKind.TOWNSHIP_HOSPITAL, OrganizationKind.COMMUNITY_CENTRE)  # fmt: skip
PAGE, MOST = 200, 1_000


def standing_in(
    request: PortalRequest, areas: Sequence[str], kinds: Iterable[OrganizationKind]
) -> list[Organization]:
    """Institutions of some kinds in some areas, kind by kind in the order given, by name; at most a thousand."""
    found = {
        each.id: each
        for kind in kinds
        for code in areas
        for each in _all(request, kind=kind.value, division=code)
    }
    return list(found.values())[:MOST]


def _all(request: PortalRequest, *, kind: str, division: str) -> Iterable[Organization]:
    after = ""
    for _page in range(MOST // PAGE):
        page = registry.search_organizations(
            kind=kind, division=division, after=after, limit=PAGE, actor=request.actor
        )
        yield from page.rows
        after = page.next or ""
        if not after:
            return


def shown(found: Iterable[Organization], *, chosen: str = "") -> tuple[Choice, ...]:
    """Institutions as the options of a field: name and where they stand."""
    is_english = language() == "en"
    return tuple(
        Choice(
            str(each.id),
            f"{(is_english and each.name_en) or each.name} · {area.path(each.division_code)}",
            str(each.id) == chosen,
        )
        for each in found
    )


def as_laboratory(institution: Organization, tubes_a_day: int, backlog: int) -> rules.Laboratory:
    """An institution as the planner sees it: where it stands, as far as that is known, and what it does a day."""
    point = institution.longitude, institution.latitude
    longitude, latitude = (rules.UNKNOWN if each is None else each for each in point)
    return rules.Laboratory(
        str(institution.id), tubes_a_day, longitude, latitude, backlog, institution.division_code
    )

"""A lake of a city with people under management in two years, and those who write, check and issue its reports."""

import datetime
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from kangmai.analytics.lake.store import Lake
from kangmai.kernel.actor import Actor, DataScope, Grant, subtree
from kangmai.kernel.actor import Purpose as Use
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.standards.periods import parse_period
from tests.analytics.indicators.lake_of_rows import enrolment, new_lake, visits, write

AT = datetime.datetime(2026, 3, 2, 1, tzinfo=datetime.UTC)
CITY, COUNTY, NEIGHBOUR = "441200", "441202", "441203"
YEAR = parse_period("2025")
PLACES = ("441202001001", "441202002001", "441203101001")
OLD, YOUNG = datetime.date(1950, 1, 1), datetime.date(1990, 1, 1)
READ = {"indicators.read", "reports.read", "commitments.read", "peers.read"}


def somebody(account: int, *permissions: str, place: str = CITY, organization: int = 1) -> Actor:
    """A person with a name, in a place."""
    reach = (subtree(place),)
    grant = Grant("statistician", OrganizationId(organization), reach, frozenset({*READ, *permissions}))  # fmt: skip
    return Actor(AccountId(account), f"人员{account}", (grant,), Use.OPERATIONS, DataScope(places=reach))  # fmt: skip


KEEP = ("commitments.keep", "commitments.report", "peers.confirm", "indicators.intake")
WRITER = somebody(11, "reports.draft", "indicators.freeze", *KEEP)
CHECKER = somebody(12, "reports.check", "indicators.freeze")
SIGNER = somebody(13, "reports.issue")
EVERYTHING = somebody(14, "reports.draft", "reports.check", "reports.issue", "indicators.freeze")
READER = somebody(15)
SIDEWAYS = somebody(16, "reports.draft", "reports.check", "reports.issue", "indicators.freeze", *KEEP, place=NEIGHBOUR)  # fmt: skip


def people(at_target: int = 30) -> dict[str, list[dict]]:
    """120 residents; 45 of them managed, of whom so many were at target at their last visit of 2025, 20 of 2024.

    In the county 441203 fifteen are managed; two of them were not at target, which is too few to show.
    """
    residents, enrolments, seen = [], [], []
    for n in range(120):
        place = PLACES[n % 3]
        residents.append({"resident": n + 1, "place_code": place, "birth_date": OLD if n % 2 else YOUNG})  # fmt: skip
    for n in range(45):
        enrolments.append(enrolment(n + 1, "2023-05-01", PLACES[n % 3]))
        seen += visits(n + 1, ["2024-03-01", "2024-09-01"], target_met=n < 20)
        seen += visits(n + 1, ["2025-03-01", "2025-09-01"], target_met=n < at_target)
    return {"resident": residents, "enrolment": enrolments, "visit": seen}


def lake_in(folder: Path) -> Iterator[Lake]:
    """The city's lake, where the rooms' queries look for it."""
    before = settings.LAKE
    made = new_lake(folder)
    settings.LAKE = folder / "lake"
    write(made, people())
    yield made
    settings.LAKE = before

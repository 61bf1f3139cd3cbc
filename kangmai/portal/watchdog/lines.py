"""Findings as lines of lists and files: named institutions and accounts by one query each."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from kangmai.access import queries as access
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import catalogue
from kangmai.portal.shell import words
from kangmai.portal.watchdog import wording
from kangmai.programmes.watchdog import queries
from kangmai.programmes.watchdog.types import Finding
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in a list."""

    id: UUID
    title: str
    sentence: str
    programme: str
    institution: str
    who: str
    days: str
    state: str
    tone: str
    until: str
    rows: int


def lines(found: Sequence[Finding], *, at: datetime.datetime) -> list[Line]:
    """Findings as lines."""
    institutions = registry.names_by_id(ids={e.organization for e in found}, language=language())
    accounts = access.account_names(ids={each.account for each in found if each.account})
    return [_line(each, institutions.get(each.organization, "—"), accounts, at) for each in found]


def _line(
    finding: Finding, institution: str, accounts: dict[int, str], at: datetime.datetime
) -> Line:
    on = legal_day(at)
    detector = queries.rule(on=on).detectors.get(finding.detector)
    state, tone = wording.state(finding, at)
    programme = finding.circle or finding.figures.get("programme", "")
    return Line(
        id=finding.id,
        title=detector.title.in_language(language()) if detector else finding.detector,
        sentence=wording.sentence(finding),
        programme=catalogue.programme_title(programme, on=on) if programme else "",
        institution=institution,
        who=accounts.get(finding.account, "") if finding.account else _("the institution"),
        days=f"{words.day(finding.first_on)} – {words.day(finding.last_on)}",
        state=state,
        tone=tone,
        until=words.instant(finding.due_at),
        rows=finding.row_count,
    )

"""Cards as lines of a list, with people, institutions and clocks by one query each."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import UNSETTLED, Deadline
from kangmai.epidemic.cases import queries
from kangmai.epidemic.cases.types import CaseLine, State
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.cases import wording
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.shell import area, words
from kangmai.registry import queries as registry

SUBJECT = "case_card"
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Row:
    """A card in a list."""

    address: str
    number: str
    disease: str
    case_class: str
    person: str
    sex_and_age: str
    home: str
    institution: str
    onset: str
    state: str
    tone: str
    left: str
    left_tone: str
    is_dead: bool


def rows(
    found: Sequence[CaseLine], *, purpose: str, actor: Actor, at: datetime.datetime
) -> list[Row]:
    """Cards as lines of a list."""
    ids = [each.card_id for each in found]
    people = queries.persons(ids, purpose=purpose, actor=actor, at=at)
    names = registry.names_by_id(
        ids={each.organization for each in found}, language="zh" if wording.is_chinese() else "en"
    )
    clocks = _clocks([str(each) for each in ids], actor)
    return [
        _row(each, people[each.card_id].name if each.card_id in people else "", names, clocks, at)
        for each in found
    ]


def _row(
    line: CaseLine,
    person: str,
    names: dict[int, str],
    clocks: dict[str, Deadline],
    at: datetime.datetime,
) -> Row:
    left, tone = time_left(clocks.get(str(line.card_id)), at)
    return Row(
        address=reverse("case", args=[line.card_id]),
        number=line.number,
        disease=wording.disease(line.subtype),
        case_class=standard("case-classification", line.case_class),
        person=person,
        sex_and_age=sex_and_age(line),
        home=area.path(line.home_code) if line.home_code else "—",
        institution=names.get(line.organization, "—"),
        onset=words.day(line.onset_on),
        state=wording.state(line.state),
        tone=wording.TONES[line.state],
        left=left if line.state not in (State.REMOVED, State.DISMISSED) else "",
        left_tone=tone,
        is_dead=line.died_on is not None,
    )


def sex_and_age(line: CaseLine) -> str:
    """Sex and age in short words."""
    age = "" if line.age_years is None else _("%(count)s years old") % {"count": line.age_years}
    return " · ".join(filter(None, (standard("sex", line.sex_code) if line.sex_code else "", age)))


def time_left(clock: Deadline | None, at: datetime.datetime) -> tuple[str, str]:
    """How long a running clock has still to go, and its tone; empty where none runs."""
    if clock is None:
        return "", ""
    seconds = (clock.due_at - at).total_seconds()
    if seconds < 0:
        return _("%(span)s over time") % {"span": span(-seconds)}, "danger"
    return _("%(span)s left") % {"span": span(seconds)}, "warning" if seconds < 2 * HOUR else "info"


def span(seconds: float) -> str:
    """Hours and minutes: 3 h 20 min."""
    hours, minutes = divmod(int(seconds) // 60, 60)
    if hours >= 48:
        return _("%(days)s d") % {"days": hours // 24}
    if not hours:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


def _clocks(ids: Sequence[str], actor: Actor) -> dict[str, Deadline]:
    """Of each card the running clock that is due first."""
    if not ids or not is_permitted(actor, "deadlines.read"):
        return {}
    found = deadlines.of_subjects(SUBJECT, ids, actor=actor)
    running = {
        id: [each for each in some if each.state.value in UNSETTLED] for id, some in found.items()
    }
    return {id: min(some, key=lambda each: each.due_at) for id, some in running.items() if some}

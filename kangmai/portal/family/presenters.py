"""Plain data for the pages of family."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kangmai.identity.family import rules
from kangmai.identity.family.types import Kind, Power, Relative
from kangmai.portal.residents.presenters import spaced
from kangmai.portal.shell import words

KINDS: dict[Kind, str | Promise] = {
    Kind.GUARDIAN: _("guardian"),
    Kind.AUTHORISED: _("authorised"),
}
POWERS: dict[Power, str | Promise] = {
    Power.RECORD: _("read the record"),
    Power.CARD: _("show the e-health card"),
    Power.DECIDE: _("share the record, object"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """The other side of an authority."""

    id: int
    resident_id: int
    name: str
    number: str
    kind: str
    powers: tuple[str, ...]
    evidence: str
    from_on: str
    to_on: str
    is_standing: bool
    is_guardian: bool
    version: int


def rows(found: Iterable[Relative], *, on: datetime.date) -> list[Row]:
    """Authorities as of a day."""
    return [_row(each, on) for each in found]


def _row(found: Relative, on: datetime.date) -> Row:
    made = found.authority
    return Row(
        made.id,
        found.resident_id,
        found.name,
        spaced(found.index_number),
        str(KINDS[made.kind]),
        tuple(str(POWERS[each]) for each in Power if each in made.powers),
        _evidence(made.evidence, on),
        words.day(made.from_on),
        words.day(made.to_on) if made.to_on else "",
        made.is_in_force(on),
        made.kind is Kind.GUARDIAN,
        made.version,
    )


def _evidence(id: str, on: datetime.date) -> str:
    known = {each.id: each for each in rules.family_rule(on=on).evidence}
    return _word(known[id]) if id in known else id


def _word(evidence: rules.Evidence) -> str:
    return evidence.zh if (get_language() or "zh").startswith("zh") else evidence.en


def evidence_choices(on: datetime.date) -> list[tuple[str, str]]:
    """What a desk can have seen, with the kind of authority that it proves."""
    return [
        (f"{each.kind.value}:{each.id}", f"{KINDS[each.kind]} · {_word(each)}")
        for each in rules.family_rule(on=on).evidence
        if each.id != "own_statement"
    ]


def power_choices() -> list[tuple[str, str]]:
    """The powers, in their order."""
    return [(each.value, str(word)) for each, word in POWERS.items()]

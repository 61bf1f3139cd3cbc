"""Plain data for the pages of registration and review; numbers that could be copied are shown in part."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.identity.types import (
    Candidate,
    Case,
    Demographics,
    Explained,
    LinkedPatient,
    MergeLine,
    Resident,
    ReviewLine,
    Similar,
)
from kangmai.portal.identity.words import CAUTIONS, FIELDS, KINDS, LEVELS, likelihood, strength
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.residents.numbers import address_of
from kangmai.portal.residents.presenters import document_number, spaced
from kangmai.portal.shell import area, words

STRONG_BITS, WEAK_BITS = 2.0, -2.0
COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is compared: what each side says, and what that proves."""

    label: str
    left: str
    right: str
    level: str = ""
    strength: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A candidate beside the record in question."""

    id: int
    title: str
    number: str
    address: str
    likelihood: str
    percent: str
    lines: tuple[Line, ...]
    cautions: tuple[str, ...]


def side(asked: Demographics | None, candidate: Candidate) -> Side:
    """A candidate with every field beside what is asked about."""
    found = candidate.resident
    shown = candidate.explained
    probability = shown.probability if shown else 0.0
    return Side(
        found.id,
        found.demographics.name,
        spaced(found.index_number),
        address_of(found.index_number),
        likelihood(probability) if shown else "",
        percent(probability) if shown else "",
        lines(asked, found.demographics, shown),
        cautions(shown),
    )


def lines(
    left: Demographics | None, right: Demographics, shown: Explained | None
) -> tuple[Line, ...]:
    """Field by field what both say; fields that neither has are left out."""
    evidence = {each.field: each for each in shown.evidence} if shown else {}
    ours, theirs = values(left) if left else {}, values(right)
    found = []
    for name, label in FIELDS.items():
        here, there = ours.get(name, ""), theirs.get(name, "")
        if not here and not there:
            continue
        proof = evidence.get(name)
        found.append(
            Line(
                str(label),
                here,
                there,
                str(LEVELS.get(proof.level, proof.level)) if proof else _("not compared"),
                strength(proof.bits) if proof else "",
                _tone(proof.bits) if proof else "",
            )
        )
    return tuple(found)


def _tone(bits: float) -> str:
    if bits >= STRONG_BITS:
        return "good"
    return "danger" if bits <= WEAK_BITS else ""


def values(known: Demographics) -> Mapping[str, str]:
    """What is known of a person, field by field as the index compares it."""
    return {
        "name": words.joined((known.name, *known.former_names)),
        "birth_date": words.day(known.birth_date) if known.birth_date else "",
        "sex": standard("sex", known.sex_code),
        "number": words.joined(document_number(each) for each in known.documents),
        "phone": words.joined(words.masked(each, head=3, tail=4) for each in known.phones),
        "address": known.address,
        "town": area.path(known.place_code) if known.place_code else "",
        "mother": known.mother,
    }


def cautions(shown: Explained | None) -> tuple[str, ...]:
    """Why the index did not decide by itself."""
    return tuple(str(CAUTIONS[each]) for each in (shown.cautions if shown else ()))


def percent(probability: float) -> str:
    """A probability for people: never quite 0 or 100."""
    return f"{min(max(probability, 0.001), 0.999) * 100:.1f} %"


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the queue."""

    address: str
    kind: str
    name: str
    about: str
    probability: str
    since: str
    is_postponed: bool


def row(line: ReviewLine) -> Row:
    """One line of the queue."""
    resident = line.resident
    return Row(
        reverse("identity-review", args=[line.id]),
        str(KINDS[line.kind]),
        resident.demographics.name if resident else _("nobody alike"),
        f"{spaced(resident.index_number)} · {area.path(resident.demographics.place_code)}"
        if resident
        else "",
        percent(line.probability) if line.probability else "",
        words.instant(line.opened_at),
        line.postponed_at is not None,
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody who is registered already and resembles the person at the desk, shown in part."""

    id: int
    name: str
    facts: str
    number: str
    address: str
    likelihood: str
    is_certain: bool
    reasons: tuple[str, ...] = field(default=())


def alike(found: Similar) -> Alike:
    """One warning before a registration; of people elsewhere less is shown."""
    resident, known = found.resident, found.resident.demographics
    place = known.place_code if found.is_inside else known.place_code[:COUNTY_DIGITS]
    born = words.day(known.birth_date) if known.birth_date else ""
    facts = (standard("sex", known.sex_code), born, area.path(place))
    return Alike(
        resident.id,
        known.name if found.is_inside else hidden_name(known.name),
        " · ".join(each for each in facts if each),
        spaced(resident.index_number),
        address_of(resident.index_number) if found.is_inside else "",
        likelihood(found.explained.probability),
        found.is_certain,
        reasons(found.explained),
    )


def hidden_name(name: str) -> str:
    """A name of which the first character shows: 李**."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def reasons(shown: Explained) -> tuple[str, ...]:
    """Why somebody is alike: what speaks for it, strongest first."""
    strong = sorted(shown.evidence, key=lambda each: -each.bits)
    return tuple(
        f"{FIELDS.get(each.field, each.field)}{_(': ')}{LEVELS.get(each.level, each.level)}"
        for each in strong
        if each.bits >= STRONG_BITS
    )


@dataclass(frozen=True, slots=True)
class Linked:
    """A record from outside that is linked to a resident."""

    id: str
    source: str
    facts: tuple[str, ...]
    is_manual: bool


def linked(patient: LinkedPatient, organizations: Mapping[int, str]) -> Linked:
    """One record that may belong to somebody else."""
    facts = [value for value in values(patient.says).values() if value]
    source = organizations.get(patient.author_org or 0) or _("source not named")
    return Linked(patient.id, source, tuple(facts), patient.is_manual)


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A merge in a resident's history."""

    kept: str
    retired: str
    retired_number: str
    reason: str
    merged_at: str
    undone_at: str


def merge_row(line: MergeLine) -> MergeRow:
    """One line of the history of merges."""
    return MergeRow(
        spaced(line.kept),
        spaced(line.retired),
        line.retired,
        line.reason,
        words.instant(line.merged_at),
        words.instant(line.undone_at) if line.undone_at else "",
    )


def title(case: Case) -> str:
    """What a case is called."""
    return str(KINDS[case.kind])


def age_of(resident: Resident, on: datetime.date) -> str:
    """How old a resident is."""
    return words.age(resident.demographics.birth_date, resident.deceased_on or on)

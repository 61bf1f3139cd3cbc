"""Plain data for the pages of cards."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import segno
from django.urls import reverse
from django.utils.translation import get_language

from kangmai.identity.cards import rules
from kangmai.identity.cards.types import (
    Card,
    CardDeed,
    InstitutionCount,
    Outcome,
    Shown,
    State,
    Used,
    UseLine,
)
from kangmai.portal.cards.words import BEARERS, CARRIERS, CHANGES, SCENES, STATES
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.residents.presenters import spaced
from kangmai.portal.shell import words
from kangmai.registry import queries as registry


def institution_names(ids: Collection[int]) -> Mapping[int, str]:
    """Names of institutions in the language of the page."""
    return registry.names_by_id(ids=ids, language=get_language() or "zh")


TONES = {Outcome.ACCEPTED: "good", Outcome.FACTOR_MISSING: "warning"}


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card."""

    id: int
    number: str
    state: str
    tone: str
    issued_on: str
    issued_by: str
    ended_on: str
    version: int
    is_active: bool
    is_suspended: bool
    has_pin: bool
    is_locked: bool


def card(found: Card, names: Mapping[int, str]) -> ShownCard:
    """A card with the name of the institution that issued it."""
    state, tone = STATES[found.state]
    return ShownCard(
        found.id,
        spaced(found.number),
        str(state),
        tone,
        words.instant(found.issued_at),
        names.get(found.issued_by or 0, ""),
        words.instant(found.ended_at) if found.ended_at else "",
        found.version,
        found.state is State.ACTIVE,
        found.state is State.SUSPENDED,
        found.has_pin,
        found.is_locked,
    )


@dataclass(frozen=True, slots=True)
class Picture:
    """A code as it is shown."""

    source: str
    number: str
    until: str


def picture(shown: Shown) -> Picture:
    """A QR picture that a scanner reads from a phone at arm's length."""
    until = words.instant(shown.expires_at)[-5:] if shown.expires_at else ""
    source = segno.make(shown.text, error="m", micro=False).svg_data_uri(scale=6, border=4)
    return Picture(source, spaced(shown.number), until)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a desk is told."""

    outcome: str
    tone: str
    text: str
    carrier: str
    number: str
    bearer: str
    needs_factor: bool
    name: str = ""
    sex: str = ""
    birth_date: str = ""
    age: str = ""
    index_number: str = ""
    address: str = ""
    is_name_different: bool = False


def answer(used: Used, *, on: datetime.date) -> Answer:
    """An answer with its holder, if he was recognized."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    told: dict[str, Any] = {
        "outcome": used.outcome.value,
        "tone": TONES.get(used.outcome, "danger"),
        "text": rules.answer(used.outcome, language, number=used.number),
        "carrier": str(CARRIERS[used.carrier]),
        "number": spaced(used.number),
        "bearer": str(BEARERS[used.bearer]),
        "needs_factor": used.outcome in (Outcome.FACTOR_MISSING, Outcome.FACTOR_WRONG),
    }
    if used.holder is None:
        return Answer(**told)
    holder = used.holder
    return Answer(
        **told,
        name=holder.name,
        sex=standard("sex", holder.sex_code),
        birth_date=words.day(holder.birth_date),
        age=words.age(holder.birth_date, on),
        index_number=spaced(holder.index_number),
        address=reverse("resident", args=[holder.index_number]) if holder.is_inside else "",
        is_name_different=used.is_name_different,
    )


@dataclass(frozen=True, slots=True)
class UseRow:
    """One use in a list."""

    at: str
    where: str
    scene: str
    carrier: str
    bearer: str
    is_accepted: bool
    text: str


def uses(found: Iterable[UseLine], names: Mapping[int, str]) -> list[UseRow]:
    """Uses, newest first."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return [
        UseRow(
            words.instant(each.used_at),
            names.get(each.organization or 0, "—"),
            str(SCENES[each.scene]),
            str(CARRIERS[each.carrier]),
            str(BEARERS[each.bearer]),
            each.outcome is Outcome.ACCEPTED,
            rules.answer(each.outcome, language),
        )
        for each in found
    ]


@dataclass(frozen=True, slots=True)
class DeedRow:
    """One line of a history."""

    at: str
    number: str
    change: str
    where: str
    reason: str


def deeds(found: Iterable[CardDeed], names: Mapping[int, str]) -> list[DeedRow]:
    """What was done to cards, newest first."""
    return [
        DeedRow(
            words.instant(each.at),
            spaced(each.number),
            str(CHANGES[each.change]),
            names.get(each.organization or 0, "—"),
            each.reason,
        )
        for each in found
    ]


def count_rows(
    found: Iterable[InstitutionCount], *, own: str
) -> tuple[list[tuple[str, tuple[str, ...]]], tuple[str, ...]]:
    """Rows of the table of institutions, and their sums; `own` names what residents asked for themselves."""
    lines = [
        (each.organization, (each.issued, each.active, each.suspended, each.replaced, each.cancelled, each.uses, each.refused))
        for each in found
    ]  # fmt: skip
    names = institution_names({id for id, _ in lines if id})
    rows = [
        (names.get(id, str(id)) if id else own, tuple(map(words.count, values)))
        for id, values in lines
    ]
    sums = tuple(words.count(sum(column)) for column in zip(*(v for _, v in lines), strict=True))
    return rows, sums

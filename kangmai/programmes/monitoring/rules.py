"""What a card asks and refuses, what of it counts, which deaths ask for one, and what a judgement may say."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from kangmai.analytics.facts.types import FactType, Value
from kangmai.forms.errors import AnswersRefused
from kangmai.forms.rules import read_answers
from kangmai.forms.types import Answers, Given, Subject
from kangmai.kernel.words import Words
from kangmai.programmes.monitoring.errors import (
    BirthDiffers,
    CardRefused,
    JudgementUnreadable,
    NotForThisPerson,
    ReasonMissing,
)
from kangmai.programmes.monitoring.rulebook import form_of, rule, rules_on
from kangmai.programmes.monitoring.types import (
    AnswerFact,
    Awaits,
    CardRule,
    Content,
    Judgement,
    Named,
    Person,
    ReviewRule,
)
from kangmai.standards.calendars import legal_day

__all__ = [
    "anonymous_text",
    "awaits",
    "checked_judgement",
    "codes_of",
    "elapsed",
    "facts_of",
    "form_of",
    "given_reason",
    "is_late",
    "kept_of",
    "named",
    "read_content",
    "rule",
    "rules_on",
    "today",
    "without",
]


def read_content(
    of: CardRule, given: Given, *, person: Person, version: date | None, on: date
) -> Content:
    """What a card says, judged by its form and by what the kind requires.

    Args:
        version: of the form, for a card that is corrected; None: the one in force.
        on: the day of entry.

    Raises:
        AnswersRefused, NotForThisPerson, BirthDiffers, CardRefused
    """
    form = form_of(of.form, on=version or on)
    reading = read_answers(form, given, subject=Subject(person.born_on, person.sex_code), on=on)
    if reading.faults:
        raise AnswersRefused(form=of.form, faults=reading.faults)
    _require_person(of, person, reading.answers)
    facts = facts_of(of, reading.answers)
    for each in of.requires:
        if not each.unless.holds(facts):
            raise CardRefused(reason=each.words.en, zh_reason=each.words.zh)
    return Content(person, form, reading.answers)


def _require_person(of: CardRule, person: Person, answers: Answers) -> None:
    """The card fits whom it names: by sex and age on its day, or the child itself by its birth."""
    on, born = answers.day(of.day_item), person.born_on
    told = answers.day("born_on")
    if of.or_child and born and on and (on - born).days < CHILD_DAYS:
        if told != born:
            raise BirthDiffers(told=told, known=born)
        return
    years = _years(born, on) if born and on else None
    fits_sex = not of.sex_codes or person.sex_code in of.sex_codes
    if not fits_sex or years is None or not of.from_years <= years < of.before_years:
        raise NotForThisPerson(who=of.about.en, zh_who=of.about.zh)


CHILD_DAYS = 3660
"""Younger than ten years on the day: the resident named is the child, not the mother."""


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def facts_of(of: CardRule, answers: Answers) -> dict[str, Value]:
    """The facts of a card that conditions may name."""
    return {each.fact.name: _fact(each, answers) for each in of.answers}


def _fact(each: AnswerFact, answers: Answers) -> Value:
    match each.fact.type:
        case FactType.NUMBER:
            return answers.number(each.item)
        case FactType.DATE:
            return answers.day(each.item)
        case FactType.CODE:
            return answers.code(each.item)
        case FactType.BOOLEAN if each.any_of:
            chosen = answers.codes(each.item) | {answers.code(each.item)}
            return bool(each.any_of & chosen)
    return answers.flag(each.item)


def kept_of(of: CardRule, answers: Answers) -> dict[str, str | int | float | bool | None]:
    """The facts that stay in the clear for counting, as JSON has them."""
    facts = facts_of(of, answers)
    return {each.fact.name: _plain(facts[each.fact.name]) for each in of.answers if each.is_kept}


def _plain(value: Value) -> str | int | float | bool | None:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value.isoformat() if isinstance(value, date) else value


def codes_of(of: CardRule, answers: Answers) -> list[str]:
    """The codes of the kind's list that a card names."""
    one = answers.code(of.list_item)
    return sorted(answers.codes(of.list_item) | ({one} if one else set()))


def is_late(of: CardRule, *, event_on: date, on: date) -> bool:
    """Whether a card comes later than the kind allows.

    >>> from kangmai.programmes.monitoring.rulebook import rule
    >>> is_late(rule("birth_defect", on=date(2026, 5, 1)), event_on=date(2026, 5, 1), on=date(2026, 5, 9))
    True
    """
    return on > event_on + timedelta(of.report_days)


def awaits(
    of: Awaits, *, sex_code: str, born_on: date | None, died_on: date, underlying: str, delivered_on: date | None
) -> str:  # fmt: skip
    """Why a death on a certificate asks for a card of this kind; empty where it does not."""
    if of.before_days is not None:
        return "age" if born_on and (died_on - born_on).days < of.before_days else ""
    years = _years(born_on, died_on) if born_on else None
    if (
        sex_code not in of.sex_codes
        or years is None
        or not of.from_years <= years < of.before_years
    ):
        return ""
    if underlying.startswith(of.prefixes):
        return "cause"
    since = (died_on - delivered_on).days if delivered_on else None
    return "delivery" if since is not None and 0 <= since <= of.after_delivery_days else ""


def checked_judgement(told: Judgement, *, of: ReviewRule) -> Judgement:
    """A judgement whose every choice is one of the rule's. Raises JudgementUnreadable, ReasonMissing."""
    known = {each.id for each in (*of.avoidable, *of.delays)} | of.cells
    for each in (told.avoidable, *told.delays, *told.cells):
        if each not in known:
            raise JudgementUnreadable(value=each[:32])
    if told.avoidable not in {each.id for each in of.avoidable}:
        raise JudgementUnreadable(value=told.avoidable[:32])
    text = given_reason(told.text, 2000)
    return Judgement(told.avoidable, tuple(sorted(set(told.delays))), tuple(sorted(set(told.cells))), text)  # fmt: skip


def named(rows: Iterable[Named], id: str) -> Words:
    """The words of a choice; the id itself where the rule has changed."""
    return next((each.words for each in rows if each.id == id), Words(id, id))


def given_reason(text: str, most: int = 200) -> str:
    """A reason that somebody wrote. Raises ReasonMissing."""
    if len(text.strip()) < 2:
        raise ReasonMissing()
    return text.strip()[:most]


def anonymous_text(text: str, names: Mapping[str, str]) -> str:
    """A text in which every name that is known is replaced by what stands for it.

    >>> anonymous_text("林晓燕于市一医院死亡", {"林晓燕": "某某", "市一医院": "某医院"})
    '某某于某医院死亡'
    """
    known = sorted((each for each in names if each), key=len, reverse=True)
    if not known:
        return text
    return re.sub("|".join(map(re.escape, known)), lambda found: names[found.group()], text)


def today(at: datetime) -> date:
    """The legal day of an instant."""
    return legal_day(at)


def without(content: Content, hides: Iterable[str], names: Mapping[str, str]) -> Answers:
    """The answers that experts see: nothing hidden, no day, and names within texts replaced."""
    hidden = set(hides)
    shown = {
        id: anonymous_text(value, names) if isinstance(value, str) else value
        for id, value in content.answers.values.items()
        if id not in hidden and not isinstance(value, date)
    }
    return Answers(shown, {}, frozenset())


def elapsed(of: CardRule, content: Content) -> tuple[tuple[Words, int], ...]:
    """For each day that the card tells besides its own: how many days lie between it and the death."""
    on = content.answers.day(of.day_item)
    assert on is not None
    days = ((each, content.answers.day(each.link_id)) for each in content.form.leaves)
    return tuple(
        (Words(each.title["zh"], each.title["en"]), (on - day).days)
        for each, day in days
        if day is not None and each.link_id != of.day_item
    )

"""What a certificate may say, which cause the rules suggest as the underlying one, and what asks for a second look.

Source: ICD-10 volume 2, 4.2 (rules for selecting the underlying cause: SP1 one condition, SP2 one line of part I,
SP3 the lowest line, SP7 ill-defined conditions are passed over), restated from memory. Whether one condition can
lead to another is not decided here: that takes tables of causes which are not at hand, so the certifier says it.
Worked numbers: docs/algorithms/underlying-cause.md.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence

from kangmai.kernel.words import Words
from kangmai.programmes.deaths.errors import (
    CausesIncomplete,
    ChoiceUnknown,
    CodeUnreadable,
    DeathUnfit,
    ReasonMissing,
    UnderlyingNotThere,
)
from kangmai.programmes.deaths.rulebook import rule
from kangmai.programmes.deaths.types import (
    PART_ONE,
    Cause,
    Flag,
    Limit,
    Line,
    Rule,
    Suggested,
    Told,
)
from kangmai.standards.calendars import legal_day

__all__ = ["checked", "flags", "given_reason", "number_of", "rule", "suggest", "today"]

CODE = re.compile(r"[A-Z][0-9]{2}(\.[0-9]{1,2}([0-9X][0-9]{0,3})?)?")
INTERVALS = Words("第 I 部分自上而下，发病至死亡的时间间隔应越来越长。", "Down part I the times from onset to death should grow longer.")  # fmt: skip
ILL_DEFINED = Words("根本死因为症状、体征或不明确情况。", "The underlying cause is a symptom, a sign or ill-defined.")  # fmt: skip
OTHER_LINE = Words("所选根本死因与规则建议的不同。", "The underlying cause chosen is not the one the rules suggest.")  # fmt: skip


def checked(told: Told, *, rule: Rule, born_on: datetime.date | None, at: datetime.datetime) -> Told:  # fmt: skip
    """What the certifier says with its codes in canonical form.

    Raises:
        DeathUnfit, CausesIncomplete, CodeUnreadable, UnderlyingNotThere, ChoiceUnknown
    """
    died_on = legal_day(told.died_at)
    if told.died_at > at or (born_on is not None and died_on < born_on):
        raise DeathUnfit(died_at=told.died_at.isoformat(timespec="minutes"))
    chosen = (("place", told.place, rule.places), ("level", told.level, rule.levels), ("basis", told.basis, rule.bases))  # fmt: skip
    for field, value, known in chosen:
        if value not in known:
            raise ChoiceUnknown(field=field, code=value[:12])
    causes = tuple(_cause(each) for each in told.causes)
    _require_complete(causes)
    if told.underlying not in {each.line for each in causes}:
        raise UnderlyingNotThere()
    return Told(
        died_at=told.died_at,
        place=told.place,
        level=told.level,
        basis=told.basis,
        causes=causes,
        underlying=told.underlying,
        informant=told.informant.strip()[:60],
        note=told.note.strip()[:500],
    )


def _cause(given: Cause) -> Cause:
    code = "".join(given.code.upper().split())
    if not CODE.fullmatch(code):
        raise CodeUnreadable(code=code[:12]) if code else CausesIncomplete()
    return Cause(given.line, given.text.strip()[:200], code, given.days)


def _require_complete(causes: Sequence[Cause]) -> None:
    used = [each.line for each in causes if each.line in PART_ONE]
    is_single = len(set(used)) == len(used)
    if not used or not is_single or used != list(PART_ONE[: len(used)]):
        raise CausesIncomplete()
    if not all(each.text for each in causes):
        raise CausesIncomplete()


def suggest(causes: Sequence[Cause], *, rule: Rule) -> Suggested:
    """The underlying cause that the rules suggest of causes that are complete."""
    part_one = [each for each in causes if each.line in PART_ONE]
    if len(causes) == 1:
        return _suggested(part_one[0], "single")
    start = part_one[-1]
    name = "one_line" if len(part_one) == 1 else "lowest_line"
    if not _is_any(start.code, rule.ill_defined):
        return _suggested(start, name)
    others = [*reversed(part_one[:-1]), *(e for e in causes if e.line is Line.OTHER)]
    for each in others:
        if not _is_any(each.code, rule.ill_defined):
            return _suggested(each, "ill_defined")
    return _suggested(start, name)


def _suggested(cause: Cause, name: str) -> Suggested:
    return Suggested(cause.line, cause.code, name)


def _is_any(code: str, prefixes: Iterable[str]) -> bool:
    return any(code.startswith(each) for each in prefixes)


def flags(told: Told, *, rule: Rule, sex_code: str, age_days: int | None) -> tuple[Flag, ...]:
    """What asks for a second look before the certificate is issued."""
    return tuple(_flags(told, rule, sex_code, age_days))


def _flags(told: Told, rule: Rule, sex_code: str, age_days: int | None) -> Iterator[Flag]:
    chosen = next(each for each in told.causes if each.line is told.underlying)
    if _is_any(chosen.code, rule.ill_defined):
        yield Flag("ill_defined", chosen.line, ILL_DEFINED)
    for limit in rule.not_underlying:
        if _holds(limit, chosen.code, sex_code, age_days):
            yield Flag(limit.id, chosen.line, limit.words)
    for cause in told.causes:
        for limit in rule.unlikely:
            if _holds(limit, cause.code, sex_code, age_days):
                yield Flag(limit.id, cause.line, limit.words)
    days = [each.days for each in told.causes if each.line in PART_ONE and each.days is not None]
    if days != sorted(days):
        yield Flag("intervals", None, INTERVALS)
    if suggest(told.causes, rule=rule).line is not told.underlying:
        yield Flag("other_line", told.underlying, OTHER_LINE)


def _holds(limit: Limit, code: str, sex_code: str, age_days: int | None) -> bool:
    fits_sex = not limit.sex_codes or sex_code in limit.sex_codes
    # an unknown age contradicts nothing that asks for one
    has_limit = limit.from_days > 0 or limit.until_days < 10**6
    fits_age = not has_limit if age_days is None else limit.from_days <= age_days < limit.until_days
    return _is_any(code, limit.prefixes) and fits_sex and fits_age


def given_reason(text: str) -> str:
    """A reason that somebody wrote. Raises ReasonMissing."""
    if len(text.strip()) < 2:
        raise ReasonMissing()
    return text.strip()[:200]


def number_of(county: str, year: int, serial: int, *, rule: Rule) -> str:
    """The number of a certificate by the rule's pattern.

    >>> from kangmai.programmes.deaths.rulebook import rule
    >>> number_of("441202", 2026, 17, rule=rule(on=datetime.date(2026, 5, 1)))
    '441202-2026-000017'
    """
    return rule.number_pattern.format(county=county, year=year, serial=serial)


def today(at: datetime.datetime) -> datetime.date:
    """The legal day of an instant."""
    return legal_day(at)

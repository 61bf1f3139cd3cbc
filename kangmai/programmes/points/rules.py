"""What is kept of a service point: read what was given, reckon with it, say which requirements it lacks.

Source: the definitions `programmes/point_kind`, each with its document.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kangmai.analytics.facts.types import Value as Fact
from kangmai.kernel.words import Words
from kangmai.programmes.points.types import (
    Choice,
    Fault,
    Field,
    FieldType,
    Judged,
    Kind,
    Reckoned,
    Value,
)

LONGEST = 200
MOST = 10_000_000
ONE = Decimal(1)
Given = Mapping[str, str | Sequence[str]]


def field_of(content: Mapping[str, Any]) -> Field:
    """A field as a definition writes it down."""
    return Field(
        id=content["id"],
        type=FieldType(content["type"]),
        title=Words(content["zh"], content["en"]),
        unit=Words(**content["unit"]) if "unit" in content else None,
        is_required=content.get("required", False),
        most=content.get("most"),
        within=content.get("within", ""),
        choices={
            each["id"]: Choice(
                each["id"], Words(each["zh"], each["en"]), each.get("class", each["id"])
            )
            for each in content.get("choices", ())
        },
    )


def read_values(kind: Kind, given: Given, *, on: date) -> tuple[dict[str, Value], list[Fault]]:
    """What a form or a file said of the fields, and what is wrong with it.

    Args:
        given: field id → text; of a field of several codes a list of them.
        on: the day of entry, after which no day may lie.
    """
    values, faults = read_fields(kind.fields.values(), given, on=on)
    return values, faults + _beyond(kind, values)


def read_fields(
    fields: Iterable[Field], given: Given, *, on: date
) -> tuple[dict[str, Value], list[Fault]]:
    """What was said of some fields, and what is wrong with it; other registers read theirs alike."""
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for field in fields:
        found = _read(field, given.get(field.id, ""), on)
        if isinstance(found, Fault):
            faults.append(found)
        elif found is not None:
            values[field.id] = found
        elif field.is_required:
            faults.append(
                Fault(
                    field.id,
                    f"请填写“{field.title.zh}”。",
                    f"“{field.title.en}” must be filled in.",
                )
            )
    return values, faults


def _read(field: Field, given: str | Sequence[str], on: date) -> Value | Fault | None:
    if field.type is FieldType.CODES:
        return _codes(field, [given] if isinstance(given, str) else given)
    last = given if isinstance(given, str) else (list(given) or [""])[-1]
    text = unicodedata.normalize("NFKC", last).strip()
    if not text:
        return False if field.type is FieldType.FLAG else None
    match field.type:
        case FieldType.INTEGER:
            return _integer(field, text)
        case FieldType.DATE:
            return _day(field, text, on)
        case FieldType.FLAG:
            return text in ("1", "true", "on", "yes", "是", "有")
        case FieldType.CHOICE:
            return _codes(field, [text], is_one=True)
        case _:
            return text[:LONGEST]


def _integer(field: Field, text: str) -> int | Fault:
    plain = text.replace(",", "")
    most = field.most or MOST
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 9 and int(plain) <= most):
        return Fault(
            field.id,
            f"“{field.title.zh}”应为 0～{most} 的整数，不能是“{text[:20]}”。",
            f"“{field.title.en}” is a whole number from 0 to {most}, not “{text[:20]}”.",
        )
    return int(plain)


def _day(field: Field, text: str, on: date) -> str | Fault:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if not date(1949, 10, 1) <= day <= on:
        return Fault(
            field.id,
            f"“{field.title.zh}”应为不晚于今天的日期（如 {on}），不能是“{text[:20]}”。",
            f"“{field.title.en}” is a day not after today, as {on}, not “{text[:20]}”.",
        )
    return day.isoformat()


def _codes(
    field: Field, given: Sequence[str], *, is_one: bool = False
) -> str | list[str] | Fault | None:
    chosen = [each for each in dict.fromkeys(given) if each]
    unknown = next((each for each in chosen if each not in field.choices), None)
    if unknown is not None:
        return Fault(
            field.id,
            f"“{field.title.zh}”没有“{unknown[:20]}”这一选项。",
            f"“{field.title.en}” has no choice “{unknown[:20]}”.",
        )
    if is_one:
        return chosen[0]
    return [each for each in field.choices if each in chosen] or None


def _beyond(kind: Kind, values: Mapping[str, Value]) -> list[Fault]:
    """A part that is larger than its whole: of those that a field names, and of the fields of a percentage."""
    percents = (each.percent for each in kind.reckoned.values() if each.percent)
    pairs = [(each.id, each.within) for each in kind.fields.values() if each.within]
    pairs += [(part, whole) for part, whole in percents if {part, whole} <= kind.fields.keys()]
    return [
        Fault(
            part.id,
            f"“{part.title.zh}”不能多于“{whole.title.zh}”。",
            f"“{part.title.en}” cannot be more than “{whole.title.en}”.",
        )
        for part, whole in ((kind.fields[one], kind.fields[other]) for one, other in pairs)
        if (_int(values, part.id) or 0) > (_int(values, whole.id) or 0)
    ]


def judge(kind: Kind, values: Mapping[str, Value], *, holder_kind: str, on: date) -> Judged:
    """What values come to: numbers reckoned, requirements lacking (what is not known is lacking)."""
    reckoned = {id: _reckon(each, values) for id, each in kind.reckoned.items()}
    row = facts(kind, values, reckoned, on=on)
    lacks = tuple(
        each.id
        for each in kind.requirements
        if (not each.of or holder_kind in each.of) and not each.holds.holds(row)
    )
    return Judged(
        values, reckoned, lacks, _amount(kind.size, values, reckoned), _amount(kind.used, values, reckoned)
    )  # fmt: skip


def facts(
    kind: Kind, values: Mapping[str, Value], reckoned: Mapping[str, Decimal | None], *, on: date
) -> dict[str, Fact]:
    """The facts that requirements name, None where not known."""
    row: dict[str, Fact] = {"today": on, **reckoned}
    for field in kind.fields.values():
        value = values.get(field.id)
        if field.type is FieldType.CODES:
            chosen = value if isinstance(value, list) else []
            row[f"{field.id}_count"] = len(chosen)
            row[f"{field.id}_classes"] = len({field.choices[c].group for c in chosen if c in field.choices})  # fmt: skip
        elif field.type is FieldType.DATE:
            row[field.id] = date.fromisoformat(value) if isinstance(value, str) else None
        elif not isinstance(value, list):
            row[field.id] = value
    return row


def _reckon(each: Reckoned, values: Mapping[str, Value]) -> Decimal | None:
    named = (*each.percent, *each.sum, *each.heads)
    known = {id: _int(values, id) for id in named}
    found = {id: value for id, value in known.items() if value is not None}
    if len(found) < len(known):
        return None
    if each.percent:
        part, whole = (found[id] for id in each.percent)
        return None if not whole else (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)  # fmt: skip
    if each.heads:
        return Decimal(sum(-(-found[id] // per) for id, per in each.heads.items()))
    return Decimal(sum(found.values()))


def _int(values: Mapping[str, Value], id: str) -> int | None:
    value = values.get(id)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _amount(
    id: str, values: Mapping[str, Value], reckoned: Mapping[str, Decimal | None]
) -> int | None:
    if id in reckoned:
        found = reckoned[id]
        return None if found is None else int(found)
    return _int(values, id)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of its month where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def per_1000(size: int, residents: int | None) -> Decimal | None:
    """Places for each thousand residents, two decimals; None without residents."""
    if not residents:
        return None
    return (Decimal(size) * 1000 / residents).quantize(Decimal("0.01"), ROUND_HALF_UP)

"""Read a child from plain data, as a line of input or a worked case has it, and refuse what cannot be true."""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from kangmai.programmes.immunization.days import iso, read_day
from kangmai.programmes.immunization.errors import (
    BirthInFuture,
    DateBeforeBirth,
    DateInFuture,
    DateUnreadable,
    FieldMissing,
    FieldUnreadable,
    VaccineUnknown,
)
from kangmai.programmes.immunization.schedule.vaccines import vaccines
from kangmai.programmes.immunization.types import Child, Given, MotherHbsag, Sex

Word = TypeVar("Word", bound=Enum)
HBSAG = {each.value: each for each in MotherHbsag if each is not MotherHbsag.NOT_RECORDED}
SEXES = {each.value: each for each in Sex}
WEIGHT_G = (200.0, 9000.0)
GESTATION_WEEKS = (20.0, 46.0)
FIELDS = frozenset(
    {
        "id",
        "birth_date",
        "sex",
        "birth_weight_g",
        "gestation_weeks",
        "mother_hbsag",
        "hiv_exposed",
        "given",
        "immunoglobulin_dates",
        "contraindications",
    }
)


def read_child(content: Mapping[str, Any], *, on: int) -> Child:
    """The child of a mapping with the fields of `FIELDS`; null stands for a missing field.

    Raises:
        FieldMissing, FieldUnreadable, DateUnreadable, BirthInFuture, DateBeforeBirth, DateInFuture,
        VaccineUnknown: naming the field.
    """
    born = _day(content, "birth_date")
    if born > on:
        raise BirthInFuture(on=iso(on))
    mother = content.get("mother_hbsag")
    return Child(
        born=born,
        sex=_word(_required(content, "sex"), "sex", SEXES),
        given=tuple(sorted(_given(content, born, on))),
        birth_weight_g=_number(content, "birth_weight_g", WEIGHT_G),
        gestation_weeks=_number(content, "gestation_weeks", GESTATION_WEEKS),
        mother_hbsag=MotherHbsag.NOT_RECORDED
        if mother is None
        else _word(mother, "mother_hbsag", HBSAG),
        is_hiv_exposed=_truth(content, "hiv_exposed"),
        immunoglobulin=tuple(sorted(_immunoglobulin(content, born, on))),
        contraindications=frozenset(_contraindications(content)),
    )


def _required(content: Mapping[str, Any], field: str) -> Any:
    value = content.get(field)
    if value is None:
        raise FieldMissing(field=field)
    return value


def _day(content: Mapping[str, Any], field: str) -> int:
    return _read_day(_required(content, field), field)


def _read_day(value: Any, field: str) -> int:
    if not isinstance(value, str):
        raise DateUnreadable(field=field)
    try:
        return read_day(value)
    except ValueError:
        raise DateUnreadable(field=field) from None


def _between(value: Any, field: str, born: int, on: int) -> int:
    """A day of the child's life so far."""
    day = _read_day(value, field)
    if day < born:
        raise DateBeforeBirth(field=field)
    if day > on:
        raise DateInFuture(field=field, on=iso(on))
    return day


def _word(value: Any, field: str, words: Mapping[str, Word]) -> Word:
    if isinstance(value, str) and value in words:
        return words[value]
    raise FieldUnreadable(field=field, wanted=" | ".join(words))


def _number(content: Mapping[str, Any], field: str, span: tuple[float, float]) -> float | None:
    value = content.get(field)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not span[0] <= value <= span[1]:
        raise FieldUnreadable(field=field, wanted=f"{span[0]:g}–{span[1]:g}")
    return float(value)


def _truth(content: Mapping[str, Any], field: str) -> bool:
    value = content.get(field)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise FieldUnreadable(field=field, wanted="true | false")


def _list(content: Mapping[str, Any], field: str) -> list[Any] | tuple[Any, ...]:
    value = content.get(field)
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return value
    raise FieldUnreadable(field=field, wanted="[…]")


def _given(content: Mapping[str, Any], born: int, on: int) -> Iterator[Given]:
    if "given" not in content:
        raise FieldMissing(field="given")
    for position, entry in enumerate(_list(content, "given")):
        field = f"given[{position}]"
        if not isinstance(entry, Mapping):
            raise FieldUnreadable(field=field, wanted='{"vaccine", "date"}')
        if not isinstance(entry.get("product", ""), str | None):
            raise FieldUnreadable(field=f"{field}.product", wanted='"…"')
        for name in ("vaccine", "date"):
            if entry.get(name) is None:
                raise FieldMissing(field=f"{field}.{name}")
        vaccine = _vaccine(entry["vaccine"], f"{field}.vaccine")
        yield Given(_between(entry["date"], f"{field}.date", born, on), vaccine)


def _vaccine(value: Any, field: str) -> str:
    if isinstance(value, str) and value in vaccines():
        return value
    raise VaccineUnknown(field=field, known=_known())


@cache
def _known() -> str:
    return ", ".join(vaccines())


def _immunoglobulin(content: Mapping[str, Any], born: int, on: int) -> Iterator[int]:
    for position, value in enumerate(_list(content, "immunoglobulin_dates")):
        yield _between(value, f"immunoglobulin_dates[{position}]", born, on)


def _contraindications(content: Mapping[str, Any]) -> Iterator[str]:
    for position, value in enumerate(_list(content, "contraindications")):
        yield _vaccine(value, f"contraindications[{position}]")

"""Whom a vaccine that the schedule does not ask for may be given to: by sex, from and until which age. Pure.

Source: the products' leaflets, from memory; ages and sex stand in the list of vaccines.
"""

from datetime import date, timedelta

from kangmai.kernel.words import Words
from kangmai.programmes.immunization.days import add_months
from kangmai.programmes.immunization.rules import vaccines
from kangmai.programmes.immunization.types import Sex
from kangmai.programmes.vaccination.rulebook import vaccine_words
from kangmai.programmes.vaccination.types import Block

UNITS = {"w": Words("周龄", "weeks"), "m": Words("月龄", "months"), "y": Words("周岁", "years")}


def is_sold(vaccine: str) -> bool:
    """Whether the list says at which ages a vaccine is given to whoever pays for it."""
    return "ages" in vaccines().get(vaccine, {})


def blocks_of_sale(
    vaccine: str, *, born: date | None, sex: Sex | None, on: date
) -> tuple[Block, ...]:
    """Not for this sex, too young, or too old (from the first age on and before the last); nothing where neither is known."""
    entry = vaccines().get(vaccine, {})
    if sex is not None and entry.get("sex", sex.value) != sex.value:
        name = vaccine_words(vaccine)
        zh, en = f"{name.zh}不用于该性别", f"{name.en} is not given to this sex"
        return (Block("wrong_sex", Words(zh, en)),)
    ages = entry.get("ages")
    if ages is None or born is None:
        return ()
    name, since = vaccine_words(vaccine), _reached(born, ages["from"])
    if on < since:
        zh, en = (
            f"过早：{name.zh}{_zh(ages['from'])}起接种，{since} 起方可接种",
            f"too early: {name.en} is given from {_en(ages['from'])} on, not before {since}",
        )
        return (Block("too_young", Words(zh, en)),)
    if "before" in ages and on >= _reached(born, ages["before"]):
        zh, en = (
            f"{name.zh}不用于{_zh(ages['before'])}及以上",
            f"{name.en} is not given at {_en(ages['before'])} and over",
        )
        return (Block("too_old", Words(zh, en)),)
    return ()


def _read(age: str) -> tuple[int, str]:
    """The number and the unit of an age: 6w, 8m, 9y."""
    return int(age[:-1]), age[-1]


def _reached(born: date, age: str) -> date:
    number, unit = _read(age)
    if unit == "w":
        return born + timedelta(weeks=number)
    months = number * (12 if unit == "y" else 1)
    return date.fromordinal(add_months(born.toordinal(), months))


def _zh(age: str) -> str:
    number, unit = _read(age)
    return f"{number}{UNITS[unit].zh}"


def _en(age: str) -> str:
    number, unit = _read(age)
    return f"{number} {UNITS[unit].en}"

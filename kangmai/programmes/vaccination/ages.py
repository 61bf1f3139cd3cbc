"""From and until which age a vaccine that the schedule does not ask for may be given. Pure.

Source: the products' leaflets as the reference has them, from memory; ages stand in the list of vaccines.
"""

from datetime import date

from kangmai.kernel.words import Words
from kangmai.programmes.immunization.days import add_months
from kangmai.programmes.immunization.rules import vaccines
from kangmai.programmes.vaccination.rulebook import vaccine_words
from kangmai.programmes.vaccination.types import Block


def is_sold(vaccine: str) -> bool:
    """Whether the list says at which ages a vaccine is given to whoever pays for it."""
    return "ages_months" in vaccines().get(vaccine, {})


def blocks_of_age(vaccine: str, *, born: date | None, on: date) -> tuple[Block, ...]:
    """Too young, or too old, by months of life from the first on and before the last; nothing where no birthday is known."""
    ages = vaccines().get(vaccine, {}).get("ages_months")
    if ages is None or born is None:
        return ()
    name, since = (
        vaccine_words(vaccine),
        date.fromordinal(add_months(born.toordinal(), ages["from"])),
    )
    if on < since:
        zh, en = (
            f"过早：{name.zh}{_zh(ages['from'])}起接种，{since} 起方可接种",
            f"too early: {name.en} is given from {_en(ages['from'])} on, not before {since}",
        )
        return (Block("too_young", Words(zh, en)),)
    if "before" in ages and on.toordinal() >= add_months(born.toordinal(), ages["before"]):
        zh, en = (
            f"{name.zh}不用于{_zh(ages['before'])}及以上",
            f"{name.en} is not given at {_en(ages['before'])} and over",
        )
        return (Block("too_old", Words(zh, en)),)
    return ()


def _zh(months: int) -> str:
    return f"{months}月龄" if months % 12 else f"{months // 12}周岁"


def _en(months: int) -> str:
    return f"{months} months" if months % 12 else f"{months // 12} years"

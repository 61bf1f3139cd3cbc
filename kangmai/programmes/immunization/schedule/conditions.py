"""Conditions of a definition: comparisons over named facts of the child, all of which must hold."""

from collections.abc import Callable, Mapping
from typing import Any

from kangmai.programmes.immunization.days import add_months
from kangmai.programmes.immunization.types import Child, MotherHbsag, Sex

Test = Callable[[Child, int], bool]
Condition = tuple[Test, ...]


def holds(condition: Condition, child: Child, on: int) -> bool:
    """Whether every comparison is true of the child on a day."""
    for test in condition:  # noqa: SIM110 - a plain loop, since this runs a dozen times a child
        if not test(child, on):
            return False
    return True


def read_condition(content: Mapping[str, Any]) -> Condition:
    """The comparisons as functions; an empty condition holds for everyone."""
    return tuple(TESTS[name](value) for name, value in content.items())


def _begun_with(content: Mapping[str, str]) -> Test:
    """The first dose of either product was this one."""
    wanted = content["vaccine"]
    products = {wanted, content["rather_than"]}

    def test(child: Child, on: int) -> bool:
        return (
            next((each.vaccine for each in child.given if each.vaccine in products), "") == wanted
        )

    return test


def _birth_weight_under(grams: float) -> Test:
    return lambda child, on: child.birth_weight_g is not None and child.birth_weight_g < grams


def _gestation_under(weeks: float) -> Test:
    return lambda child, on: child.gestation_weeks is not None and child.gestation_weeks < weeks


def _mother_hbsag(words: tuple[str, ...]) -> Test:
    wanted = {MotherHbsag(word) for word in words}
    return lambda child, on: child.mother_hbsag in wanted


def _hiv_exposed(wanted: bool) -> Test:
    return lambda child, on: child.is_hiv_exposed == wanted


def _sex(word: str) -> Test:
    wanted = Sex(word)
    return lambda child, on: child.sex is wanted


def _born_by(day: Any) -> Test:
    last = day.toordinal()
    return lambda child, on: child.born <= last


def _from_months(months: int) -> Test:
    return lambda child, on: on >= add_months(child.born, months)


TESTS: dict[str, Callable[[Any], Test]] = {
    "begun_with": _begun_with,
    "birth_weight_under_g": _birth_weight_under,
    "gestation_under_weeks": _gestation_under,
    "mother_hbsag": _mother_hbsag,
    "hiv_exposed": _hiv_exposed,
    "sex": _sex,
    "born_by": _born_by,
    "from_months": _from_months,
}

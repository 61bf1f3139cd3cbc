"""The control list of a method: the keys are those of R's `surveillance`, and an unknown key is an error."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

from kangmai.epidemic.surveillance.errors import ControlMalformed

T = TypeVar("T")
Check = Callable[[object], Any]


def setting(key: str, check: Check, default: object) -> Any:
    """A field of a control, with its key in R's list and the function that reads its value."""
    return field(default=default, metadata={"key": key, "check": check})


@dataclass_transform(frozen_default=True, field_specifiers=(setting,))
def control(cls: type[T]) -> type[T]:
    """Make a frozen control of settings."""
    return dataclass(frozen=True, slots=True)(cls)


def read_control(
    kind: type[T], given: Mapping[str, object], *, method: str, silent: frozenset[str]
) -> T:
    """Build the control `kind` from R's keys; `silent` keys exist in R and change no result.

    A null value means the default, as in R. Raises ControlMalformed.
    """
    known = {f.metadata["key"]: f for f in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(set(given) - set(known) - silent):
        raise ControlMalformed(
            method=method,
            what=f"unknown key {', '.join(unknown)}; known are {', '.join(sorted(set(known) | silent))}",
        )
    values = {}
    for key, value in given.items():
        if key in known and value is not None:
            try:
                values[known[key].name] = known[key].metadata["check"](value)
            except (ValueError, TypeError) as error:
                raise ControlMalformed(method=method, what=f"{key} = {value!r}: {error}") from None
    missing = [
        f.metadata["key"] for f in known.values() if f.default is MISSING and f.name not in values
    ]
    if missing:
        raise ControlMalformed(method=method, what=f"missing key {', '.join(missing)}")
    return kind(**values)


def truth(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def number(*, low: float = float("-inf"), high: float = float("inf"), open_: bool = False) -> Check:
    """Read a number between two bounds, the bounds excluded if `open_`."""

    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("must be a number")
        inside = low < value < high if open_ else low <= value <= high
        if not inside:
            raise ValueError(f"must be between {low:g} and {high:g}")
        return float(value)

    return check


def whole(*, low: int = 0, high: int = 10**9) -> Check:
    """Read a whole number between two bounds."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise ValueError("must be a whole number")
        if not low <= value <= high:
            raise ValueError(f"must be between {low} and {high}")
        return int(value)

    return check


def one_of(*choices: str) -> Check:
    """Read one of some words."""

    def check(value: object) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(value)

    return check

"""A check and what it found, in both languages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in English and Chinese."""

    en: str
    zh: str

    def language(self, code: str) -> str:
        """The sentence in `zh` or `en`."""
        return self.zh if code.startswith("zh") else self.en


NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `mend` is empty where there is nothing to do. `id` is stable."""

    id: str
    state: State
    what: Text
    mend: Text = NOTHING


def judged(id: str, what: Text, *, fail: bool = False, warn: bool = False, mend: Text) -> Check:
    """A check whose state follows from two conditions, of which `fail` weighs more."""
    state = State.FAIL if fail else State.WARN if warn else State.OK
    return Check(id, state, what, NOTHING if state is State.OK else mend)


Probe = Callable[[datetime], Iterator[Check]]
"""Looks at one subject at an instant and yields what it found."""

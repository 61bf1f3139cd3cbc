"""What may stand on a certificate, and by when the items of the chain are due: decisions without a database.

Source: 出生医学证明管理办法 and 关于推进“出生一件事”联办 as the definitions `birth_rule` restate them from memory.
"""

import datetime
import re
from collections.abc import Iterator

from kangmai.identity.types import Resident
from kangmai.programmes.births.errors import (
    BatchUnfit,
    BirthInFuture,
    ChildNameMissing,
    IdentityNumberUnreadable,
    MeasureUnlikely,
    MotherMissing,
    MotherUnfit,
    NumberUnreadable,
    ReasonMissing,
)
from kangmai.programmes.births.rulebook import rule, rule_numbered
from kangmai.programmes.births.types import Named, Rule, Told
from kangmai.standards.calendars import add_working_days, legal_day

__all__ = [
    "checked_name",
    "checked_number",
    "checked_told",
    "due_on",
    "given_reason",
    "numbers_from",
    "placeholder",
    "require_mother",
    "require_parents",
    "rule",
    "rule_numbered",
]

MOST_BLANKS = 1000
IDENTITY_CARD = "01"
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
LIMITS = {"weeks": (20, 45), "weight_g": (300, 8000), "length_cm": (20, 70), "ordinal": (1, 8)}
"""Within which what is told of a child at birth must lie: our own setting, against slips of the hand."""
NAMES = {"weeks": "孕周", "weight_g": "出生体重", "length_cm": "出生身长", "ordinal": "胎次序"}
CHILDBEARING = (10, 60)
_PLACEHOLDER = re.compile(r"(之|的)(子|女|男|婴|长子|次子|长女|次女|女婴|男婴)\d?$")


def checked_told(told: Told, *, at: datetime.datetime) -> Told:
    """What is told of a child at birth, if it can be. Raises BirthInFuture, MeasureUnlikely."""
    if told.born_at > at:
        raise BirthInFuture(born_at=told.born_at.isoformat(timespec="minutes"))
    for name, (low, high) in LIMITS.items():
        value = getattr(told, name)
        if not low <= value <= high:
            raise MeasureUnlikely(field=NAMES[name], value=value, low=low, high=high)
    return told


def require_mother(mother: Resident, born_on: datetime.date) -> None:
    """Let pass a woman who can have given birth on a day. Raises MotherUnfit."""
    known = mother.demographics
    has_died = mother.deceased_on is not None and mother.deceased_on < born_on
    age = (born_on - known.birth_date).days / 365.25 if known.birth_date else CHILDBEARING[0]
    if known.sex_code == "1" or has_died or not CHILDBEARING[0] <= age < CHILDBEARING[1]:
        raise MotherUnfit()


def placeholder(mother: str, told: Told) -> str:
    """The name of a child that has none yet.

    >>> placeholder("王芳", Told(datetime.datetime(2026, 5, 1), "2", 39, 3200, 50))
    '王芳之女'
    """
    return f"{mother}之{'女' if told.sex_code == '2' else '子'}"


def checked_name(name: str) -> str:
    """A child's name for the certificate. Raises ChildNameMissing."""
    found = " ".join(name.split())[:60]
    if not found or _PLACEHOLDER.search(found):
        raise ChildNameMissing()
    return found


def require_parents(named: Named) -> None:
    """The mother has a name, and an identity number that is given looks like one.

    Raises:
        MotherMissing, IdentityNumberUnreadable
    """
    if not named.mother.name.strip():
        raise MotherMissing()
    for parent in (named.mother, named.father):
        number = parent.document_number.strip().upper()
        if parent.document_kind == IDENTITY_CARD and number and not _IDENTITY.fullmatch(number):
            raise IdentityNumberUnreadable()


def given_reason(text: str) -> str:
    """A reason that somebody wrote. Raises ReasonMissing."""
    if len(text.strip()) < 2:
        raise ReasonMissing()
    return text.strip()[:200]


def checked_number(number: str, rule: Rule) -> str:
    """A certificate's number in capital letters. Raises NumberUnreadable."""
    found = "".join(number.upper().split())
    if not re.fullmatch(rule.pattern, found):
        raise NumberUnreadable(number=number[:16], pattern=rule.pattern)
    return found


def numbers_from(first: str, count: int, rule: Rule) -> Iterator[str]:
    """So many numbers from the first on; the letter stays.

    Raises:
        NumberUnreadable, BatchUnfit
    """
    head = checked_number(first, rule)
    letters = head.rstrip("0123456789")
    width = len(head) - len(letters)
    start = int(head[len(letters) :])
    if not 1 <= count <= MOST_BLANKS or start + count > 10**width:
        raise BatchUnfit(most=MOST_BLANKS)
    return (f"{letters}{start + turn:0{width}d}" for turn in range(count))


def due_on(rule: Rule, item: str, issued_on: datetime.date) -> datetime.date:
    """The last day on which an item is on time; working days count from the day after the certificate."""
    return add_working_days(issued_on, rule.items[item].working_days).day


def today(at: datetime.datetime) -> datetime.date:
    """The legal day of an instant."""
    return legal_day(at)

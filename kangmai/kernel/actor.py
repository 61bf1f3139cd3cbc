"""Who asks, in which role, for what purpose, and how far his sight reaches.

Every call below the doors carries an `Actor`. Only `access` builds one (login, token, break-glass,
consent); an operator's command builds its own. Everything here is plain frozen data and pure functions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from kangmai.kernel.errors import Forbidden
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId


class Label(IntEnum):
    """How sensitive a clinical fact is: every row of the record carries exactly one."""

    NORMAL = 0
    MENTAL_HEALTH = 1
    HIV_STD = 2
    TUBERCULOSIS = 3
    SPECIAL_FAMILY = 4
    RESTRICTED = 9


class Purpose(StrEnum):
    """Why data is used; codes of HL7 v3 PurposeOfUse where it has one."""

    TREATMENT = "TREAT"
    PUBLIC_HEALTH = "PUBHLTH"
    OPERATIONS = "HOPERAT"
    ADMINISTRATION = "HSYSADMIN"
    EMERGENCY = "ETREAT"
    RESIDENT = "PATRQT"
    REPORTING = "HRESCH"


@dataclass(frozen=True, slots=True)
class PlaceRange:
    """Division codes from `low` up to but not including `high`: one subtree of the divisions."""

    low: str
    high: str

    def covers(self, place_code: str) -> bool:
        """Whether a division code lies in this subtree."""
        return self.low <= place_code < self.high


def subtree(code: str) -> PlaceRange:
    """The range of all division codes at and below `code`, whose trailing zero pairs are dropped.

    >>> subtree("441202")
    PlaceRange(low='441202', high='441203')
    >>> subtree("441200")
    PlaceRange(low='4412', high='4413')
    """
    stem = code[:4] if len(code) == 6 and code.endswith("00") else code
    return PlaceRange(stem, str(int(stem) + 1).zfill(len(stem)))


@dataclass(frozen=True, slots=True)
class DataScope:
    """Whose data an actor may see, as plain data that one function turns into SQL.

    A row is inside when its label is allowed and its subject lives in one of `places`, is managed
    by or its author is one of `organizations`, or is one of `residents`; `everything` drops all but
    the label condition and is for operators and whole-city tokens. Of a resident in `objections`
    only what one of `organizations` wrote itself is inside, whatever else would admit the row.
    """

    everything: bool = False
    places: tuple[PlaceRange, ...] = ()
    organizations: frozenset[OrganizationId] = frozenset()
    residents: frozenset[ResidentId] = frozenset()
    labels: frozenset[Label] = frozenset({Label.NORMAL})
    objections: frozenset[ResidentId] = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in an organization: its permissions hold in `places` and nowhere else."""

    role: str
    organization: OrganizationId | None
    places: tuple[PlaceRange, ...]
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf something is read or done."""

    account: AccountId
    name: str
    grants: tuple[Grant, ...]
    purpose: Purpose
    scope: DataScope
    client: str = ""
    """The registered program through which the actor speaks; empty for people at a page."""


class NotPermitted(Forbidden):
    """Your role does not include '{permission}' here. Ask your administrator for it if you need it."""

    zh = "您的角色没有此处的“{permission}”权限；如确有需要，请联系管理员。"


def is_permitted(actor: Actor, permission: str, place: str | None = None) -> bool:
    """Whether one of the actor's grants holds `permission`, at `place` (a division code) if given."""
    return any(
        (permission in grant.permissions or "*" in grant.permissions)
        and (place is None or any(reach.covers(place) for reach in grant.places))
        for grant in actor.grants
    )


def require(actor: Actor, permission: str, place: str | None = None) -> None:
    """Let pass an actor that holds `permission` (at `place`).

    Raises:
        NotPermitted: in every other case.
    """
    if not is_permitted(actor, permission, place):
        raise NotPermitted(permission=permission)


EVERYWHERE = PlaceRange("", "9" * 13)
ALL_LABELS = frozenset(Label)


def operator(name: str, *, permissions: Iterable[str] = ("*",)) -> Actor:
    """The actor behind an operator's command: everything in this installation, account 0, audited."""
    grant = Grant("operator", None, (EVERYWHERE,), frozenset(permissions))
    scope = DataScope(everything=True, labels=ALL_LABELS)
    return Actor(AccountId(0), name, (grant,), Purpose.ADMINISTRATION, scope)

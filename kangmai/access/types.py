"""What access calls things: kinds of accounts and decisions, roles, and what its queries give."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from kangmai.kernel.actor import ALL_LABELS, Label, Purpose


class AccountKind(StrEnum):
    """Who stands behind an account."""

    PERSON = "person"
    PROGRAM = "program"


class ConsentKind(StrEnum):
    """What a resident decided about the sight of others."""

    SHARE = "share"
    """One institution may see the record although the resident is not its own."""
    OBJECTION = "objection"
    """Institutions see only what they wrote themselves; one institution, or all of them."""


class Finding(StrEnum):
    """What a reviewer found about a broken glass."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


class Policy(StrEnum):
    """What happens to input of a source that fails validation or refers to what is not there."""

    ENFORCE = "enforce"
    WARN = "warn"


class Reach(StrEnum):
    """How the institution in which a role is held gives its holder sight."""

    JURISDICTION = "jurisdiction"
    """Residents of the division the institution answers for, and what the institution itself wrote."""
    ORGANIZATION = "organization"
    """Residents managed by the institution, and what it wrote."""
    ORGANIZATION_TREE = "organization_tree"
    """The same for the institution and all below it."""
    SELF = "self"
    """The resident to whom the account belongs."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role as defined."""

    id: str
    zh: str
    en: str
    permissions: frozenset[str]
    labels: frozenset[Label]
    reach: Reach
    purpose: Purpose
    held_in: frozenset[str]
    """Kinds of institutions; empty: any."""
    is_bound_by_objection: bool
    is_guarded: bool
    """Only an administrator of the whole city gives it."""
    is_family: bool = False
    """Nobody gives it: it follows from an authority that `identity.family` holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account as administrators see it."""

    id: int
    login: str
    name: str
    kind: str
    staff_id: int | None
    resident_id: int | None
    is_active: bool
    language: str
    must_change_password: bool
    locked_until: datetime | None
    last_login: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLoad:
    """An account of a bulk load, with one role."""

    login: str
    name: str
    role: str
    organization_id: int | None = None
    staff_id: int | None = None
    resident_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """A role held by an account."""

    id: int
    account_id: int
    role: str
    organization_id: int | None
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class Posting:
    """Roles that an account exercises together: same institution, same reach, same purpose."""

    grant_id: int
    """The first of them: names the posting when switching."""
    roles: tuple[str, ...]
    organization_id: int | None


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who logged in, and what he must do first."""

    account_id: int
    must_change_password: bool
    language: str


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new bearer token; the only time it is seen in clear."""

    token: str = field(repr=False)
    scope: str
    expires_in_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassView:
    """An emergency opening."""

    id: int
    account_id: int
    resident_id: int
    reason: str
    opened_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    reviewed_at: datetime | None
    reviewed_by_id: int | None
    finding: str
    note: str


@dataclass(frozen=True, slots=True)
class GlassNotice:
    """An emergency opening as far as those who must know of it are told."""

    id: int
    resident_id: int
    place_code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """A resident's decision."""

    id: int
    resident_id: int
    kind: str
    organization_id: int | None
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientView:
    """A registered program."""

    id: int
    client_id: str
    name: str
    account_id: int
    organization_id: int | None
    scopes: str
    labels: list[int]
    is_active: bool
    id_prefix: str
    validation_policy: str
    reference_policy: str
    signs: bool
    """It proves itself by signed assertions, not by a secret."""
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """What an administrator says about a program.

    `labels` are the sensitive labels it may see; a source must see what it wrote itself, so all is the
    rule. `jwks` are its public keys, if it signs assertions instead of keeping a secret.
    """

    client_id: str
    name: str
    scopes: str
    organization_id: int | None = None
    labels: frozenset[Label] = ALL_LABELS
    id_prefix: str = ""
    validation_policy: Policy = Policy.ENFORCE
    reference_policy: Policy = Policy.WARN
    jwks: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One opening of a resident's record, as the resident reads it."""

    seq: int
    at: datetime
    who: str
    role_zh: str
    role_en: str
    organization_zh: str
    organization_en: str
    purpose: str
    action: str
    object_type: str
    outcome: str
    reason: str

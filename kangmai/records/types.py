"""What goes into the store and what comes out."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntFlag
from typing import Any

from kangmai.kernel.ids import OrganizationId
from kangmai.records.tables.types import RowFault as RowFault
from kangmai.records.tables.types import TableReport as TableReport

Resource = dict[str, Any]
"""A FHIR resource as plain JSON data; validated once on entry and never changed in place."""
LABELS = "urn:kangmai:label"
"""The system of the security labels by which our own rooms say how sensitive a resource is."""


class Flag(IntFlag):
    """What is special about a stored resource."""

    NONE = 0
    DELETED = 1
    PROJECTION = 2


class Verb(Enum):
    """What an operation does to the store."""

    CREATE = "POST"
    UPDATE = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


class Policy(Enum):
    """What happens when a rule of a source is broken: refuse, or accept and say so."""

    ENFORCE = "enforce"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends: its organization becomes the author of what it writes.

    `id_prefix` is the prefix of resource ids this source may choose itself by PUT; empty means none.
    `profiles` says what happens to a resource that breaks a profile which it claims and which is loaded.
    """

    name: str
    organization: OrganizationId | None
    references: Policy = Policy.WARN
    id_prefix: str = ""
    profiles: Policy = Policy.WARN


class Authority(Enum):
    """Who chose the id of an operation, and so what may be done with it.

    A client may choose ids only under its registered prefix. We may choose any: for a fullUrl that an
    import has met before (`LEDGER`), or for the projection of a master row (`PROJECTION`), which no
    client may then change.
    """

    CLIENT = "client"
    LEDGER = "ledger"
    PROJECTION = "projection"


@dataclass(frozen=True, slots=True)
class Operation:
    """One write, as a door understood it.

    `raw` is the resource's JSON as sent; `id` is absent for a create; `condition` is the search of a
    conditional operation (`If-None-Exist`, or the query of a conditional update or delete);
    `full_url` is the name by which other operations of the same transaction refer to it.
    """

    verb: Verb
    type: str
    id: str | None = None
    raw: bytes = b""
    full_url: str | None = None
    condition: str | None = None
    if_match: int | None = None
    authority: Authority = Authority.CLIENT


class Effect(Enum):
    """What an operation did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one operation: the resource as it is now."""

    effect: Effect
    type: str
    id: str
    rid: int
    version: int
    updated_at: datetime
    body: bytes = field(repr=False)

    @property
    def is_gone(self) -> bool:
        """Whether there is no such resource any more, whoever deleted it."""
        return not self.body


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of a resource as it stands in the store; `body` is empty for a deletion."""

    type: str
    id: str
    rid: int
    version: int
    updated_at: datetime
    flags: Flag
    subject: int | None
    author_org: int | None
    label: int
    body: bytes = field(repr=False)

    @property
    def is_deleted(self) -> bool:
        """Whether this version says that the resource is gone."""
        return bool(self.flags & Flag.DELETED)

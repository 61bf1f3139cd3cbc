"""What a search asks, read: the types searched, the conditions, and how the result is wanted."""

from dataclasses import dataclass
from enum import Enum

from kangmai.records.search.conditions import Condition


class Total(Enum):
    """How exactly the number of matches is wanted."""

    NONE = "none"
    ESTIMATE = "estimate"
    ACCURATE = "accurate"


class Summary(Enum):
    """Which part of each resource is wanted."""

    TRUE = "true"
    TEXT = "text"
    DATA = "data"
    COUNT = "count"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort key: a parameter of the type, or `_id` or `_lastUpdated`.

    `is_opened` says that its order is that of texts which are kept sealed.
    """

    name: str
    is_descending: bool
    is_opened: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """Resources to send along: those that matches point to, or (reverse) that point to matches.

    `parameters` are index numbers of `resource_type`'s parameters, None for all of them;
    `target_type` narrows what they point to.
    """

    resource_type: str
    parameters: tuple[int, ...] | None
    target_type: str | None
    is_reverse: bool
    is_iterated: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A search, read. `types` are the types searched; `where` must all hold, and of what they leave also `opened`:
    conditions on texts of sealed people, who must be opened for it.

    `used` are the parameters that had an effect, for the self link; `ignored` those left out.
    """

    types: tuple[str, ...]
    where: tuple[Condition, ...]
    opened: tuple[Condition, ...] = ()
    sort: tuple[Sort, ...] = ()
    count: int | None = None
    total: Total = Total.NONE
    summary: Summary = Summary.FALSE
    elements: tuple[str, ...] = ()
    includes: tuple[Include, ...] = ()
    used: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()

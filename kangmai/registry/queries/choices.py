"""Names that a field proposes: of places, and of institutions of some kinds, in some divisions."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Value

from kangmai.kernel.actor import Actor, require
from kangmai.registry import models, rules
from kangmai.registry.queries.filters import searched
from kangmai.registry.types import OrganizationKind


@dataclass(frozen=True, slots=True)
class Choice:
    """A place or an institution as it is proposed."""

    code: str
    name: str
    division_code: str


def choices(
    *, divisions: Sequence[str], kinds: Sequence[OrganizationKind], most: int, actor: Actor
) -> tuple[Choice, ...]:
    """Open places of these divisions, then institutions of these kinds, by pinyin, in one query.

    Args:
        most: of each kind in each division; places of all kinds count as one.

    Raises:
        NotPermitted
    """
    require(actor, rules.READ)
    places = [searched(models.Place.objects.all(), "", "", each, False) for each in divisions]
    institutions = [
        searched(models.Organization.objects.all(), "", kind.value, each, False)
        for kind in kinds
        for each in divisions
    ]
    parts = [_part(rows, n, most) for n, rows in enumerate((*places, *institutions))]
    if not parts:
        return ()
    found = parts[0].union(*parts[1:], all=True).order_by("part", "sort_key", "id")
    return tuple(Choice(*row[3:]) for row in found)


def _part(rows: QuerySet, number: int, most: int) -> QuerySet:
    """The first of some rows, with what all are sorted by."""
    numbered = rows.annotate(part=Value(number)).order_by("sort_key", "id")
    return numbered.values_list("part", "sort_key", "id", "code", "name", "division_code")[:most]

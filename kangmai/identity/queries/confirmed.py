"""What was confirmed about pairs, as the levels that are kept with links and cases: nothing that names anybody."""

from dataclasses import dataclass

from kangmai.identity import models
from kangmai.identity.index.candidates import root_of
from kangmai.identity.index.explanation import unpacked
from kangmai.identity.matching.learning.confirmed import weights_from_pairs
from kangmai.identity.matching.learning.model import base_prior, to_json
from kangmai.identity.matching.learning.weights import base_weights
from kangmai.identity.types import Explained, LinkState, ReviewKind, Verdict
from kangmai.kernel.actor import Actor, require


@dataclass(frozen=True, slots=True)
class Trained:
    """A model file's text, and from how many pairs it was learned."""

    model: str
    matches: int
    households: int


def train_from_decisions(*, actor: Actor) -> Trained:
    """Weights learned from what people decided, and from pairs whose number for life agrees.

    Of the latter the number itself teaches nothing. Pairs that the index linked without one are left out:
    it would learn from itself.

    Raises:
        NotPermitted
    """
    require(actor, "identity.review")
    matches = [*_by_hand(), *_by_number()]
    households = list(_of_households())
    learned = weights_from_pairs(base_weights(), matches=matches, households=households)
    residents = models.Resident.objects.filter(merged_into=None).count()
    text = to_json(learned, base_prior(max(residents, 1)))
    return Trained(text, len(matches), len(households))


def _by_hand() -> list[dict[str, str]]:
    rows = models.Link.objects.filter(is_manual=True, state=LinkState.LINKED)
    found = []
    for row in rows.iterator():
        root = root_of(row.resident_id) if row.resident_id else 0
        of = [e for e in unpacked(row.explanation) if root_of(e.resident_id) == root]
        found += [_levels(each) for each in of[:1]]
    return found


def _by_number() -> list[dict[str, str]]:
    rows = models.Link.objects.filter(reason="matched").exclude(explanation=None)
    found = []
    for row in rows.iterator():
        levels = [_levels(each) for each in unpacked(row.explanation)[:1]]
        found += [_without_number(each) for each in levels if each.get("number") == "equal"]
    return found


def _of_households() -> list[dict[str, str]]:
    rows = models.Review.objects.filter(verdict=Verdict.HOUSEHOLD, kind=ReviewKind.PATIENT)
    return [_levels(each) for row in rows.iterator() for each in unpacked(row.explanation)[:1]]


def _levels(found: Explained) -> dict[str, str]:
    return {each.field: each.level for each in found.evidence}


def _without_number(levels: dict[str, str]) -> dict[str, str]:
    return {field: level for field, level in levels.items() if field != "number"}

"""Scoring and deciding about one record, for an index that holds its candidates. Pure functions.

An index keeps the `Features` of its residents (or what they are made of) under their `blocking_keys`,
reads the candidates that share a key with an arriving record, and asks `decide`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp2
from typing import Generic, TypeVar

from kangmai.identity.matching.comparison.blocking import DATED, INDEXED, keys_of
from kangmai.identity.matching.learning.bounding import hopeless_for
from kangmai.identity.matching.learning.frequencies import Frequencies, frequencies_of
from kangmai.identity.matching.learning.model import Model, for_index, read_model
from kangmai.identity.matching.learning.scoring import score_features
from kangmai.identity.matching.learning.weights import Weights, base_definition, base_weights
from kangmai.identity.matching.preparation.dates import other_calendar
from kangmai.identity.matching.preparation.features import Features, features
from kangmai.identity.matching.types import Caution, Decision, Person, Score

MOST_ODDS_BITS = 60.0
BORN = ("equal", "lunar")
"""Levels of birth dates that say one day."""

Id = TypeVar("Id")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Id]):
    """What is to be done with an arriving record.

    `best` is the most probable candidate, if any; `probability` that of `best` in competition with all
    candidates and with being new; `scores` are all candidates, the most probable first.
    """

    decision: Decision
    best: Id | None
    probability: float
    scores: tuple[tuple[Id, Score], ...]

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """Why the best candidate is not linked by itself."""
        return self.scores[0][1].cautions if self.scores else ()


def score(incoming: Person, candidate: Person, model: Model) -> Score:
    """How far two records speak for one resident, field by field."""
    return score_features(features(incoming), features(candidate), model)


def blocking_keys(person: Person) -> list[str]:
    """The keys under which a record finds its candidates.

    They are text that tells the person: store them only hashed with a secret.
    """
    return keys_of(features(person))


def index_keys(record: Features) -> list[str]:
    """The few keys under which an index of millions keeps a record; the number is not among them."""
    return keys_of(record, INDEXED)


def asking_keys(record: Features) -> list[str]:
    """The keys under which an index is asked for a record: its own, and those of its birth date in the
    other calendar, for the desk that wrote the lunar date. They need no rows of the index."""
    others = (replace(record, birth=birth) for birth in other_calendar(record.birth))
    dated = (key for other in others for key in keys_of(other, DATED))
    return [*index_keys(record), *dated]


def decide(incoming: Features, candidates: Mapping[Id, Features], model: Model) -> Outcome[Id]:
    """Link, review or new, where the candidates have not been scored yet."""
    return compete(
        (key, score_features(incoming, record, model)) for key, record in candidates.items()
    )


def compete(found: Iterable[tuple[Id, Score]]) -> Outcome[Id]:
    """Link, review or new: by competition between the candidates and the list of what is never linked."""
    scores = sorted(found, key=lambda each: each[1].probability, reverse=True)
    if not scores:
        return Outcome(Decision.NEW, None, 0.0, ())
    odds = [_odds(each) for _, each in scores]
    probability = odds[0] / (1 + sum(odds))
    rival = len(odds) > 1 and odds[0] < odds[1] * base_definition()["decision"]["margin"]
    rival = rival or _is_one_of_several_births([each for _, each in scores])
    decision = _decision(scores[0][1], probability, rival=rival)
    return Outcome(decision, scores[0][0], probability, tuple(scores))


def _is_one_of_several_births(scores: Sequence[Score]) -> bool:
    """Whether a record without a name fits two children whom one mother bore that day: twins.

    A child of another home is that of another woman of her name, where the best fits the home.
    """
    told = [{each.field: each.level for each in score.evidence} for score in scores]
    is_at_home = "equal" in (told[0].get("phone"), told[0].get("address"))
    born = [
        each
        for each in told
        if _is_of_that_birth(each) and not (is_at_home and _is_of_another_home(each))
    ]
    return (
        len(born) > 1
        and bool(told[0])
        and not {"name", "given_name"} & told[0].keys()
        and told[0].get("number") != "equal"
    )


def _is_of_that_birth(told: Mapping[str, str]) -> bool:
    return told.get("birth_date") in BORN and told.get("mother") in ("equal", "homophone")


def _is_of_another_home(told: Mapping[str, str]) -> bool:
    return told.get("address") == "different" and told.get("phone") != "equal"


def _odds(found: Score) -> float:
    """Odds of a match with one candidate against both other classes."""
    bits = min(found.match, MOST_ODDS_BITS + max(found.stranger, found.household))
    return exp2(bits) / (exp2(found.stranger) + exp2(found.household))


def _decision(best: Score, probability: float, *, rival: bool) -> Decision:
    limits = base_definition()["decision"]
    if best.probability < limits["review"]:
        return Decision.NEW
    if probability < limits["link"] or rival or best.cautions:
        return Decision.REVIEW
    return Decision.LINK


__all__ = [
    "Features",
    "Frequencies",
    "Model",
    "Outcome",
    "Weights",
    "asking_keys",
    "base_weights",
    "blocking_keys",
    "compete",
    "decide",
    "features",
    "for_index",
    "frequencies_of",
    "hopeless_for",
    "index_keys",
    "read_model",
    "score",
    "score_features",
]

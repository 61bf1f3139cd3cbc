"""Claim: of arriving people 99 % are linked by themselves, of 10,000 links fewer than 5 are wrong, and 2 % wait.

The engine of the online index without its database: invented people, the same keys, scores and decision,
priors of a million residents. Four runs: the usual errors of desks and twice as many, each against an index of
records without errors and against one where any record of a person, errors and all, was registered. No peer
decides about single records (see docs/algorithms/matching.md).

    python benchmarks/identity_accuracy.py [--residents 20000] [--asked 5000] [--seed 2] [--usual]
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from kangmai.identity.matching.rules import (
    Features,
    asking_keys,
    base_weights,
    compete,
    features,
    for_index,
    frequencies_of,
    index_keys,
    score_features,
)
from kangmai.identity.matching.types import Decision, Person, Score

KNOWN_SHARE = 0.8
LARGEST_BLOCK = 300
EXPECTED_RESIDENTS = 1_000_000
FIELDS = ("name", "sex", "birth_date", "id_number", "phone", "address", "town", "mother")


def ready(row: dict) -> Features:
    """A record made ready."""
    return features(Person(**{name: row[name] or "" for name in FIELDS}))


class Index:
    """Residents by the keys of the online index and by their numbers."""

    def __init__(self, registered: dict[int, dict]) -> None:
        self.known = {person: ready(row) for person, row in registered.items()}
        self.blocks: dict[str, set[int]] = defaultdict(set)
        for person, record in self.known.items():
            for key in (*index_keys(record), *self.number(record)):
                self.blocks[key].add(person)
        self.model = for_index(
            base_weights(), frequencies_of(self.known.values()), residents=EXPECTED_RESIDENTS
        )

    @staticmethod
    def number(record: Features) -> list[str]:
        return [f"number {record.number.text}"] if record.number.system else []

    def decide(self, record: Features):
        """Link, review or new."""
        found: set[int] = set()
        for key in asking_keys(record):
            block = self.blocks.get(key, set())
            found |= block if len(block) <= LARGEST_BLOCK else set()
        for key in self.number(record):
            found |= self.blocks.get(key, set())
        return compete((p, score_features(record, self.known[p], self.model)) for p in found)


def divided(rows: list[dict], residents: int, asked: int, seed: int) -> tuple[dict, list[dict]]:
    """Who is registered by which record, and who arrives: known people, and some who are not."""
    first: dict[int, dict] = {}
    later = []
    for row in rows:
        if row["person"] in first:
            later.append(row)
        else:
            first[row["person"]] = row
    registered = dict(list(first.items())[:residents])
    chance = random.Random(seed)
    mine = [row for row in later if row["person"] in registered]
    others = [row for person, row in first.items() if person not in registered]
    picked = chance.sample(mine, min(len(mine), int(asked * KNOWN_SHARE)))
    return registered, picked + chance.sample(others, min(len(others), asked - len(picked)))


def measured(residents: int, asked: int, seed: int, *, errors: float, dirty: bool) -> dict:
    """One run."""
    from identity_people import people

    rows = people(int(residents * 1.4), seed=seed, errors=errors).to_pylist()
    if not dirty:
        rows.sort(key=lambda row: not row["is_first"])
    registered, arriving = divided(rows, residents, asked, seed)
    index, tally = Index(registered), Counter()
    groups: dict[str, Counter] = defaultdict(Counter)
    for row in arriving:
        record = ready(row)
        outcome = index.decide(record)
        right = outcome.decision is Decision.LINK and outcome.best == row["person"]
        wrong = outcome.decision is Decision.LINK and not right
        for counted in (tally, *(groups[name] for name in groups_of(row))):
            counted["arriving"] += 1
            counted["known"] += row["person"] in registered
            counted["right"] += right
            counted["wrong"] += wrong
            counted["review"] += outcome.decision is Decision.REVIEW
        if outcome.best is not None and is_name_birth_town(outcome.scores[0][1]):
            tally["by name, birth and town: right"] += right
            tally["by name, birth and town: wrong"] += wrong
    return {
        "errors": errors,
        "index": "dirty" if dirty else "clean",
        "arriving": len(arriving),
        "known": tally["known"],
        "wrong": tally["wrong"],
        "precision": round(tally["right"] / max(tally["right"] + tally["wrong"], 1), 5),
        "recall": round(tally["right"] / max(tally["known"], 1), 4),
        "review": round(tally["review"] / len(arriving), 4),
        "linked by name, birth and town alone": {
            "right": tally["by name, birth and town: right"],
            "wrong": tally["by name, birth and town: wrong"],
        },
        "groups": {name: shares(counted) for name, counted in sorted(groups.items())},
    }


def groups_of(row: dict) -> list[str]:
    """The groups that are looked at by themselves."""
    found = ["unnumbered"] if not row["id_number"] else []
    found += ["infant"] if row["birth_date"] > "2024-06-30" else []
    return [*found, "elderly"] if row["birth_date"] <= "1960-06-30" else found


def shares(counted: Counter) -> dict:
    """Precision, recall and review load of a group."""
    return {
        "arriving": counted["arriving"],
        "wrong": counted["wrong"],
        "recall": round(counted["right"] / max(counted["known"], 1), 4),
        "review": round(counted["review"] / counted["arriving"], 4),
    }


def is_name_birth_town(found: Score) -> bool:
    """Whether only name, birth and town speak for a pair: the rule whose risk is watched by itself."""
    told = {each.field: each.level for each in found.evidence}
    agree = {name for name, level in told.items() if level in ("equal", "exact", "variant")}
    return {"name", "birth_date", "town"} <= agree and not agree & {
        "number",
        "phone",
        "address",
        "mother",
    }


def main() -> None:
    """Print the four runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--asked", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--usual", action="store_true", help="only the usual errors, clean index")
    given = parser.parse_args()
    for errors in (1.0,) if given.usual else (1.0, 2.0):
        for dirty in (False,) if given.usual else (False, True):
            found = measured(given.residents, given.asked, given.seed, errors=errors, dirty=dirty)
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()

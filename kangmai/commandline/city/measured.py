"""What was made: the city's own figures, to set beside the assumptions."""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from kangmai.commandline.city.columns import CONDITIONS, HERE, TownChunk
from kangmai.commandline.city.streams import YEAR_DAYS

PERCENT = 100.0


def measured(chunks: Iterable[TownChunk], *, on: np.datetime64) -> dict[str, float]:
    """Shares and means of the city's residents by name; percent unless the name says otherwise."""
    counts: Counter[str] = Counter()
    for chunk in chunks:
        counts.update(_people(chunk, on))
        counts.update(_homes(chunk))
    people, homes = counts["residents"], counts["households"]
    figures = {
        name.removeprefix("part:"): PERCENT * number / people
        for name, number in counts.items()
        if name.startswith("part:")
    }
    figures |= {
        name.removeprefix("home:"): PERCENT * number / homes
        for name, number in counts.items()
        if name.startswith("home:")
    }
    figures["residents a household"] = people / max(homes, 1)
    figures["men a hundred women"] = PERCENT * counts["men"] / max(people - counts["men"], 1)
    figures["twins among children"] = PERCENT * counts["twins"] / max(counts["children"], 1)
    figures["children without a parent at home"] = (
        PERCENT * counts["with a guardian"] / max(counts["children"], 1)
    )
    return figures


def _people(chunk: TownChunk, on: np.datetime64) -> dict[str, int]:
    all_ = chunk.residents
    here = all_.state == HERE
    years = (on - all_.birth_on).astype(np.int64)[here] / YEAR_DAYS
    child = years < 18
    counts = {
        "residents": int(here.sum()),
        "men": int((all_.sex[here] == b"1").sum()),
        "children": int(child.sum()),
        "twins": int((all_.twin[here][child] >= 0).sum()),
        "with a guardian": int((all_.guardian[here][child] >= 0).sum()),
        "part:under 15": int((years < 15).sum()),
        "part:60 and over": int((years >= 60).sum()),
        "part:65 and over": int((years >= 65).sum()),
        "part:shared phone": int(all_.phone_is_shared[here].sum()),
        "part:no phone": int((all_.phone[here] == b"").sum()),
        "part:no identity number": int((all_.identity_number[here] == b"").sum()),
        "part:health record": int((all_.record_number[here] != b"").sum()),
        "part:signed with a team": int((~np.isnat(all_.signed_on[here])).sum()),
        "part:born outside the city": int((all_.residence_type[here] == b"2").sum()),
        "part:not Han": int((all_.ethnic[here] != b"01").sum()),
        "part:died in the year": int((all_.state == 1).sum()),
        "part:moved away in the year": int((all_.state == 2).sum()),
        "part:pregnant": len(chunk.pregnancies.woman),
        "part:infants under one year": int((years < 1).sum()),
    }
    for column, name in enumerate(CONDITIONS):
        counts[f"part:known {name}"] = int((~np.isnat(all_.known_on[here, column])).sum())
        counts[f"part:enrolled {name}"] = int((~np.isnat(all_.enrolled_on[here, column])).sum())
    return counts


def _homes(chunk: TownChunk) -> dict[str, int]:
    homes = chunk.households
    counts = {"households": len(homes.size)}
    for size in range(1, 6):
        counts[f"home:of {size}"] = int((homes.size == size).sum())
    counts["home:of 6 or more"] = int((homes.size >= 6).sum())
    for generations in (1, 2, 3):
        counts[f"home:{generations} generations"] = int((homes.generations == generations).sum())
    return counts

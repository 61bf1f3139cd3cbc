"""What indicators say they count is what they count: over all definitions, without a lake."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from kangmai.kernel import definitions

TELLS_WHO = ("view", "where", "one_per", "latest_by")


def sides() -> Iterator[tuple[str, str, Any]]:
    """Every selection of an indicator, with its id and the words that name the whole of it."""
    for each in definitions.load("analytics", "indicator"):
        content = each.content
        counted, against = content.get("counted"), content.get("against")
        if each.status != "active" or counted is None:
            continue
        if against is not None:
            yield each.id, content["words"]["denominator"]["zh"], against
        whole = "denominator" if "part" in content and against is None else "numerator"
        if not ("part" in content and whole == "numerator"):
            yield each.id, content["words"][whole]["zh"], counted


def test_the_same_words_are_the_same_condition() -> None:
    found: dict[str, dict[Any, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, said, selection in sides():
        found[said][tuple(selection.get(key) for key in TELLS_WHO)].append(name)
    assert {said: dict(each) for said, each in found.items() if len(each) > 1} == {}


def test_nobody_is_counted_who_was_born_after_the_period() -> None:
    """Else a figure of last year would fall with every birth of this year."""
    bound = re.compile(r"birth_date (?:<|<=) (?:period_end|latest_day)")
    residents = [each for each in sides() if each[2]["view"] == "resident"]
    assert len(residents) > 15
    assert [name for name, _, each in residents if not bound.search(each["where"])] == []

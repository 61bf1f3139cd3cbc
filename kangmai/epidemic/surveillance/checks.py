"""What more must hold of the definitions of early warning: what they name exists, and stands once."""

from collections import Counter

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_source(definition: Definition) -> list[str]:
    """A source counts syndromes and diseases that there are."""
    return _unknown("/conditions", definition.content["conditions"])


def check_groups(definition: Definition) -> list[str]:
    """A group holds conditions that there are, and no condition stands in two."""
    rows = definition.content["groups"]
    faults = [
        fault
        for n, row in enumerate(rows)
        for fault in _unknown(f"/groups/{n}/conditions", row["conditions"])
    ]
    twice = [c for c, n in Counter(c for row in rows for c in row["conditions"]).items() if n > 1]
    return [*faults, *(f"/groups: {each} stands in two groups" for each in twice)]


def check_thresholds(definition: Definition) -> list[str]:
    """A rule names conditions that there are, and its id once; a rule on single cases counts no days."""
    rows = definition.content["rules"]
    faults = [
        fault
        for n, row in enumerate(rows)
        for fault in _unknown(f"/rules/{n}/conditions", row["conditions"])
    ]
    for n, row in enumerate(rows):
        if row["within"] == ["case"] and (row["cases"], row["days"]) != (1, 1):
            faults.append(f"/rules/{n}: where one case is enough, cases and days are 1")
    twice = [id for id, n in Counter(row["id"] for row in rows).items() if n > 1]
    return [*faults, *(f"/rules: {each} stands twice" for each in twice)]


def check_plan(definition: Definition) -> list[str]:
    """The watch is at least as wide as the high tier."""
    content = definition.content
    if content["watch_alpha"] < content["high_alpha"]:
        return ["/watch_alpha: must not be below high_alpha"]
    return []


def _unknown(where: str, conditions: list[str]) -> list[str]:
    known = _syndromes() | _diseases()
    return [f"{where}: there is no condition {c!r}" for c in conditions if c not in known]


def _syndromes() -> set[str]:
    entries = definitions.check("epidemic", "syndrome")[0]
    return {row["id"] for entry in entries for row in entry.content["syndromes"]}


def _diseases() -> set[str]:
    """Every code of the disease list, subtypes among them."""
    entries = [each.content for each in definitions.check("epidemic", "disease")[0]]
    own = {content["code"] for content in entries}
    return own | {sub["code"] for content in entries for sub in content.get("subtypes", ())}


definitions.register_checker("epidemic", "signal_source", check_source)
definitions.register_checker("epidemic", "condition_group", check_groups)
definitions.register_checker("epidemic", "outbreak_threshold", check_thresholds)
definitions.register_checker("epidemic", "warning_plan", check_plan)

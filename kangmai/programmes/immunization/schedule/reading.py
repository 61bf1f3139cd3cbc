"""Make the schedule of a day from the definitions in force, once.

Each dose is tied to the same dose of the version before, so that a given dose is judged by the rule of
its own day.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.immunization.schedule.conditions import read_condition
from kangmai.programmes.immunization.schedule.types import (
    CatchUp,
    DoseRule,
    InactivatedOnly,
    Plan,
    Schedule,
    Series,
    Words,
)
from kangmai.programmes.immunization.schedule.vaccines import live_injected

ROOM, SERIES, PROGRAMME = "programmes", "immunization_series", "immunization_programme"


@cache
def schedule(programme: str, *, on: date) -> Schedule:
    """The programme's schedule of a day. Raises UnknownDefinition before the first rule."""
    definition = definitions.get(ROOM, PROGRAMME, programme, on=on)
    content = definition.content
    series = [
        _series(each, content)
        for id in content["series"]
        for each in definitions.load(ROOM, SERIES)
        if each.id == id and each.is_effective(on)
    ]
    newest = max([definition.effective_from, *(each.effective_from for each in series)])
    globulin = content["immunoglobulin"]
    return Schedule(
        rule_version=f"{programme}@{newest.isoformat()}",
        series=tuple(series),
        upcoming_days=content["upcoming_days"],
        repeat_after_days=content["repeat_after_days"],
        live_injected=live_injected(),
        live_interval_days=content["live_injected_interval_days"],
        immunoglobulin_vaccines=frozenset(globulin["after"]["vaccines"]),
        immunoglobulin_months=globulin["after"]["months"],
        before_immunoglobulin_vaccines=frozenset(globulin["before"]["vaccines"]),
        before_immunoglobulin_days=globulin["before"]["days"],
    )


def _series(definition: Definition, programme: Mapping[str, Any]) -> Series:
    content = definition.content
    ended = content.get("ended_by")
    polio = content.get("inactivated_only")
    return Series(
        id=definition.id,
        method=content["method"],
        effective_from=definition.effective_from,
        vaccines=content["vaccines"],
        plans=_plans(definition, programme),
        upper_age_months=_upper_age(content, programme),
        is_offered_to_all=content.get("offered", "to_all") == "to_all",
        ended_by=frozenset(ended["vaccines"]) if ended else frozenset(),
        ended_words=_words(ended) if ended else None,
        beyond_upper_age=_words(content["beyond_upper_age"])
        if "beyond_upper_age" in content
        else None,
        not_needed=tuple(map(_words, content.get("not_needed", ()))),
        withheld=tuple(map(_words, content.get("withheld", ()))),
        notes=tuple(map(_words, content.get("notes", ()))),
        inactivated_only=InactivatedOnly(**polio) if polio else None,
        two_inactivated_if_born_from=_ordinal(content.get("two_inactivated_if_born_from")),
        catch_up=_catch_up(definition, programme),
    )


def _upper_age(content: Mapping[str, Any], programme: Mapping[str, Any]) -> int:
    return int(content.get("upper_age_months", programme["upper_age_months"]))


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day else 0


def _words(content: Mapping[str, Any]) -> Words:
    return Words(
        when=read_condition(content.get("when", {})),
        zh=content["zh"],
        en=content["en"],
        vaccine=content.get("vaccine"),
        dose=content.get("dose"),
        is_at_latest_dose=content.get("at_latest_dose", False),
    )


def _plans(definition: Definition, programme: Mapping[str, Any]) -> tuple[Plan, ...]:
    """The plans of one version; each dose tied to the same dose of the version before."""
    content = definition.content
    entries = content.get("plans") or ({"doses": content["doses"]},)
    older = _before(definition)
    old_plans = _plans(older, programme) if older else ()
    plans = []
    for position, entry in enumerate(entries):
        old = old_plans[position].doses if position < len(old_plans) else ()
        rules = [_dose(dose, content, programme) for dose in entry["doses"]]
        tied = tuple(_tie(rule, old, definition.effective_from) for rule in rules)
        plans.append(Plan(read_condition(entry.get("when", {})), tied))
    return tuple(plans)


def _before(definition: Definition) -> Definition | None:
    """The version of the same series that ended when this one began."""
    for each in definitions.load(ROOM, SERIES):
        if each.id == definition.id and each.effective_to == definition.effective_from:
            return each
    return None


def _tie(rule: DoseRule, old: tuple[DoseRule, ...], since: date) -> DoseRule:
    for each in old:
        if (each.vaccine, each.dose) == (rule.vaccine, rule.dose):
            return replace(rule, replaced=each, since=since.toordinal())
    return rule


def _dose(
    entry: Mapping[str, Any], content: Mapping[str, Any], programme: Mapping[str, Any]
) -> DoseRule:
    after_dose, after_vaccine = (
        entry.get("min_days_after_dose"),
        entry.get("min_days_after_vaccine"),
    )
    return DoseRule(
        vaccine=entry["vaccine"],
        dose=entry["dose"],
        accepts=frozenset((entry["vaccine"], *entry.get("also_accepts", ()))),
        due_months=entry["due_months"],
        min_age_days=entry["min_age_days"],
        accepted_from_age_days=entry.get("accepted_from_age_days", entry["min_age_days"]),
        min_interval_days=entry.get("min_interval_days", 0),
        min_days_after_dose=(after_dose["dose"], after_dose["days"]) if after_dose else None,
        min_days_after_vaccine=(after_vaccine["vaccine"], after_vaccine["days"])
        if after_vaccine
        else None,
        advised_interval_months=entry.get("advised_interval_months", 0),
        after_gestational_weeks=entry.get("after_gestational_weeks"),
        timely_before_months=entry.get("timely_before_months"),
        timely_within_days=entry.get("timely_within_days"),
        overdue_after_days=entry.get("overdue_after_days", programme["overdue_after_days"]),
        passes_at_age_days=entry.get("passes_at_age_days"),
        upper_age_months=entry.get("upper_age_months") or _upper_age(content, programme),
        available_from=_ordinal(content.get("available_from")),
    )


def _catch_up(definition: Definition, programme: Mapping[str, Any]) -> CatchUp | None:
    entry = definition.content.get("catch_up")
    if entry is None:
        return None
    rules = {
        each["vaccine"]: tuple(
            _dose(_catch_up_dose(each, days), definition.content, programme)
            for days in entry["min_interval_days"]
        )
        for each in entry["vaccines"]
    }
    return CatchUp(is_scheduled=entry["scheduled"], doses_in_all=entry["doses_in_all"], rules=rules)


def _catch_up_dose(entry: Mapping[str, Any], min_interval_days: int) -> dict[str, Any]:
    return {
        "vaccine": entry["vaccine"],
        "dose": 1,
        "due_months": entry["from_months"],
        "min_age_days": entry["min_age_days"],
        "min_interval_days": min_interval_days,
        "upper_age_months": entry["upper_age_months"],
        "timely_before_months": entry.get("timely_before_months"),
    }

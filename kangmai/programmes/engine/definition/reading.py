"""Read programmes and rule sets from their definitions; each is read once and kept."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from kangmai.analytics.facts.condition import Condition, condition, with_terms
from kangmai.analytics.facts.types import Fact, FactType, Vocabulary, vocabulary_of
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label
from kangmai.kernel.definitions import Definition
from kangmai.programmes.engine.definition.types import (
    AnchorDay,
    AnswerFact,
    ByRule,
    ClosingReason,
    Floor,
    Late,
    Occasion,
    Offset,
    Opens,
    OutcomeClass,
    Programme,
    ProgrammeDeadline,
    Readings,
    Rule,
    RuleSet,
    Schedule,
    Service,
    Suspicion,
)
from kangmai.programmes.engine.definition.words import (
    ROOM,
    fact_of,
    growth_words,
    resident_words,
    visit_words,
)
from kangmai.programmes.engine.errors import ProgrammeUnknown
from kangmai.programmes.engine.kinds import (
    LooksAt,
    Method,
    Priority,
    Referral,
    State,
    Way,
)

PROGRAMME = "programme"
DECISION = "decision"
Read = Callable[[str, str, Vocabulary], Condition]
"""Reads a condition: the path in the file where it stands, its text, the facts it may name."""


def programme(id: str, *, on: date) -> Programme:
    """The programme in force on a day.

    Raises:
        ProgrammeUnknown
    """
    for each in programmes(on=on):
        if each.id == id:
            return each
    raise ProgrammeUnknown(programme=id, on=on)


def programmes(*, on: date) -> tuple[Programme, ...]:
    """Every programme in force on a day, by id."""
    return tuple(
        _programme(each)
        for each in definitions.load(ROOM, PROGRAMME)
        if each.status == "active" and each.is_effective(on)
    )


@cache
def labels() -> Mapping[str, frozenset[Label]]:
    """Programme → the labels that its dated entries have had."""
    found: dict[str, frozenset[Label]] = {}
    for each in definitions.load(ROOM, PROGRAMME):
        label = Label[each.content.get("label", "normal").upper()]
        found[each.id] = found.get(each.id, frozenset()) | {label}
    return found


@cache
def roles() -> Mapping[str, frozenset[str]]:
    """Programme → the roles that its dated entries have named as those who do its work."""
    found: dict[str, frozenset[str]] = {}
    for each in definitions.load(ROOM, PROGRAMME):
        found[each.id] = found.get(each.id, frozenset()) | set(each.content["roles"])
    return found


def labels_of(programme_id: str) -> frozenset[Label]:
    """The labels that a programme's dated entries have had."""
    return labels().get(programme_id, frozenset({Label.NORMAL}))


def rule_set(id: str, *, on: date) -> RuleSet:
    """The rules of an id in force on a day.

    Raises:
        UnknownDefinition
    """
    return _rule_set(definitions.get(ROOM, DECISION, id, on=on))


def rule_sets(programme_id: str) -> tuple[RuleSet, ...]:
    """Every rule set there is for a programme, drafts and old ones included, by id and date."""
    found = map(_rule_set, definitions.load(ROOM, DECISION))
    return tuple(each for each in found if each.programme == programme_id)


def _read(place: str, text: str, words: Vocabulary) -> Condition:
    return condition(text, words)


@cache
def _programme(definition: Definition) -> Programme:
    return read_programme(definition)


@cache
def _rule_set(definition: Definition) -> RuleSet:
    return read_rule_set(definition)


def read_programme(definition: Definition, read: Read = _read) -> Programme:
    """A programme from its definition, whose shape is sound.

    Raises:
        ConditionIncorrect: a condition is not.
    """
    content = definition.content
    return Programme(
        id=definition.id,
        title=definition.title,
        is_verified=definition.verified,
        effective_from=definition.effective_from,
        population=read("/population", content["population"], resident_words()),
        anchors={each["id"]: _anchor(each) for each in content["anchors"]},
        ways=frozenset(map(Way, content["enrolment"]["ways"])),
        by_rule=_by_rule(content["enrolment"].get("by_rule")),
        suspicion=_suspicion(content["suspicion"], read) if "suspicion" in content else None,
        services={
            each["id"]: _service(each, f"/services/{position}", read)
            for position, each in enumerate(content["services"])
        },
        late=_late(content["late"]),
        closing_reasons={
            each["id"]: ClosingReason(each["id"], each, each.get("may_reopen", False))
            for each in content["closing_reasons"]
        },
        roles=tuple(content["roles"]),
        decision=content["decision"],
        label=Label[content.get("label", "normal").upper()],
        who=content.get("who", {}),
        deadlines=tuple(
            ProgrammeDeadline(each["definition"], each["since"], each["met_by"])
            for each in content.get("deadlines", ())
        ),
    )


def _anchor(content: Mapping[str, Any]) -> AnchorDay:
    return AnchorDay(
        id=content["id"],
        title=_said(content),
        is_needed=content.get("needed", True),
        earliest_days=content.get("earliest_days"),
        apart_days=content.get("apart_days"),
        shown_in=content.get("shown_in", ""),
        until=content.get("until", ""),
    )


def _by_rule(content: Mapping[str, str] | None) -> ByRule | None:
    if content is None:
        return None
    return ByRule(LooksAt(content["looks_at"]), State(content.get("state", State.SUSPECTED)))


def _late(content: Mapping[str, Any]) -> Late:
    return Late(
        due_soon_days=content["due_soon_days"],
        overdue_after_days=content["overdue_after_days"],
        late_entry_after_days=content["late_entry_after_days"],
        lost_attempts=content["lost"]["attempts"],
        lost_methods=content["lost"]["methods"],
    )


def _suspicion(content: Mapping[str, Any], read: Read) -> Suspicion:
    readings = content["readings"]
    measures = {name: (each["code"], each["unit"]) for name, each in readings["measures"].items()}
    words = vocabulary_of(
        *(Fact(name, FactType.NUMBER, unit) for name, (_, unit) in measures.items())
    )
    return Suspicion(
        population=read("/suspicion/population", content["population"], resident_words()),
        readings=Readings(
            system=readings["system"],
            code=readings["code"],
            measures=measures,
            when=read("/suspicion/readings/when", readings["when"], words),
            days=readings["days"],
        ),
        diagnosis_system=content["diagnoses"]["system"],
        diagnosis_prefixes=tuple(content["diagnoses"]["prefixes"]),
        diagnosis_codes=tuple(content["diagnoses"].get("codes", ())),
    )


def _service(content: Mapping[str, Any], place: str, read: Read) -> Service:
    answers = {name: _answer(name, each) for name, each in content.get("answers", {}).items()}
    method = content.get("method", {"item": "", "codes": {}})
    counts, handover = content["counts"], content.get("handover", {"system": "", "values": {}})
    grown = growth_words() if "growth" in content else ()
    words = visit_words((*(each.fact for each in answers.values()), *grown))
    return Service(
        id=content["id"],
        title=content["title"],
        form=content["form"],
        day_item=content["visited_on"],
        method_item=method["item"],
        methods={code: Method(each) for code, each in method["codes"].items()},
        decides=content.get("decides", False),
        schedule=_schedule(content["schedule"]),
        answers=answers,
        growth=content.get("growth", {}),
        counting_methods=frozenset(map(Method, counts["methods"])),
        complete=read(f"{place}/counts/complete", counts["complete"], words)
        if "complete" in counts
        else None,
        handover_system=handover["system"],
        handover_values=handover["values"],
        handover_classes=handover.get("classes", {}),
        sets=content.get("sets", {}),
        headline=tuple(content.get("headline", ())),
        joint=content.get("joint", ""),
        is_apart=content.get("apart", False),
    )


def _answer(name: str, content: Mapping[str, Any]) -> AnswerFact:
    return AnswerFact(
        fact=fact_of(name, content),
        item=content["item"],
        any_of=frozenset(content.get("any_of", ())),
        is_kept=content.get("keep", False),
        carried_days=content.get("carried", {}).get("days", 0),
        carried_codes=frozenset(content.get("carried", {}).get("codes", ())),
    )


def _schedule(content: Mapping[str, Any]) -> Schedule:
    floor = content.get("floor")
    return Schedule(
        kind=content["kind"],
        anchor=content.get("anchor", "enrolment"),
        first=_offset(content.get("first")),
        every=_offset(content.get("every")),
        occasions=tuple(map(_occasion, content.get("occasions", ()))),
        floor=Floor(floor["per_year"], floor["spacing_days"]) if floor else None,
        ends_at=content.get("ends_at", ""),
    )


def _occasion(content: Mapping[str, Any]) -> Occasion:
    after = _offset(content["after"])
    assert after is not None
    return Occasion(
        id=content["id"],
        title=content["title"],
        after=after,
        until=_offset(content.get("until")),
        catch_up_until=_offset(content.get("catch_up_until")),
        early_days=content.get("early_days"),
    )


def _offset(content: Mapping[str, int] | None) -> Offset | None:
    if content is None:
        return None
    months = content.get("years", 0) * 12 + content.get("months", 0)
    return Offset(months, content.get("weeks", 0) * 7 + content.get("days", 0))


@cache
def answers_of(programme_id: str) -> tuple[Fact, ...]:
    """The days of a programme's anchors and the facts that its forms answer, over all its dated entries."""
    facts: dict[str, Fact] = {}
    for each in definitions.load(ROOM, PROGRAMME):
        if each.id == programme_id:
            facts |= {one["id"]: Fact(one["id"], FactType.DATE) for one in each.content["anchors"]}
            for service in each.content["services"]:
                facts |= {n: fact_of(n, one) for n, one in service.get("answers", {}).items()}
                if "growth" in service:
                    facts |= {fact.name: fact for fact in growth_words()}
    return tuple(facts.values())


@cache
def kept_facts(programme_id: str) -> tuple[Fact, ...]:
    """Those of its answers that stay in the rows of visits."""
    kept = {
        name
        for each in definitions.load(ROOM, PROGRAMME)
        if each.id == programme_id
        for service in each.content["services"]
        for name, answer in service.get("answers", {}).items()
        if answer.get("keep")
    }
    if _judges_growth(programme_id):
        kept |= {fact.name for fact in growth_words()}
    return tuple(fact for fact in answers_of(programme_id) if fact.name in kept)


def _judges_growth(programme_id: str) -> bool:
    return any(
        "growth" in service
        for each in definitions.load(ROOM, PROGRAMME)
        if each.id == programme_id
        for service in each.content["services"]
    )


def kept_measures(programme_id: str) -> tuple[str, ...]:
    """The names of those."""
    return tuple(fact.name for fact in kept_facts(programme_id))


def read_rule_set(definition: Definition, read: Read = _read) -> RuleSet:
    """A rule set from its definition, whose shape is sound.

    Raises:
        ConditionIncorrect: a condition is not.
    """
    content = definition.content
    words = visit_words(answers_of(content["programme"]))
    for name, text in content["terms"].items():
        read(f"/terms/{name}", text, words)
        words = with_terms(words, {name: text})
    return RuleSet(
        id=definition.id,
        title=definition.title,
        programme=content["programme"],
        use=content["use"],
        is_verified=definition.verified,
        effective_from=definition.effective_from,
        target=read("/target", content["target"], words) if "target" in content else None,
        classes={
            each["id"]: OutcomeClass(
                each["id"],
                _said(each),
                Priority[each["priority"].upper()],
                _opens(each.get("opens")),
            )
            for each in content["classes"]
        },
        rules=tuple(
            _rule(each, f"/rules/{position}", words, read)
            for position, each in enumerate(content["rules"])
        ),
    )


def _said(content: Mapping[str, Any]) -> Mapping[str, str]:
    """The words of what has them beside its other fields."""
    return {language: content[language] for language in ("zh", "en")}


def _opens(content: Mapping[str, Any] | None) -> Opens | None:
    return Opens(content["programme"], tuple(content["anchors"])) if content else None


def _rule(content: Mapping[str, Any], place: str, words: Vocabulary, read: Read) -> Rule:
    refer = content.get("refer")
    return Rule(
        id=content["id"],
        when=read(f"{place}/when", content["when"], words) if "when" in content else None,
        outcome=content["class"],
        reason=content["reason"],
        alarms=content.get("alarm", False),
        next_days=content.get("next_days"),
        overdue_after_days=content.get("overdue_after_days"),
        refer=Referral(refer["urgency"], refer["zh"], refer["en"]) if refer else None,
        deadline=content.get("deadline", ""),
        message=content.get("message", ""),
    )

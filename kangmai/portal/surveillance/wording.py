"""Early warning in words: states, steps, levels, layers, and a sentence for every piece of evidence."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kangmai.epidemic.surveillance import queries
from kangmai.epidemic.surveillance.types import (
    CaseClass,
    CaseRule,
    Certainty,
    Evidence,
    Exposure,
    Level,
    MeasureLimit,
    Reason,
    ReportKind,
    ResourceKind,
    ResourceState,
    Show,
    SourceKind,
    State,
    Step,
    Within,
)
from kangmai.kernel.actor import Actor
from kangmai.kernel.words import joined as words_joined

TONES = {
    State.NEW: "danger",
    State.ACKNOWLEDGED: "info",
    State.VERIFYING: "info",
    State.EXCLUDED: "",
    State.SUSPECTED: "warning",
    State.INVESTIGATING: "warning",
    State.CONFIRMED: "danger",
    State.CLOSED: "good",
    State.MERGED: "",
}
RESOURCE_TONES = {
    ResourceState.ASKED: "warning",
    ResourceState.GRANTED: "info",
    ResourceState.REFUSED: "danger",
    ResourceState.ARRIVED: "good",
    ResourceState.WITHDRAWN: "",
}
LEVEL_TONES = {Level.WATCH: "", Level.HIGH: "warning", Level.IMMEDIATE: "danger"}


def language() -> str:
    """zh or en."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def title(code: str, on: date) -> str:
    """What a condition or group is called."""
    return queries.title(code, on=on).in_language(language())


def state(value: State) -> str:
    """A state in words."""
    return {
        State.NEW: _("new"),
        State.ACKNOWLEDGED: _("acknowledged"),
        State.VERIFYING: _("being verified"),
        State.EXCLUDED: _("excluded"),
        State.SUSPECTED: _("suspected event"),
        State.INVESTIGATING: _("field investigation"),
        State.CONFIRMED: _("confirmed event"),
        State.CLOSED: _("closed"),
        State.MERGED: _("merged"),
    }[value]


def step(value: Step) -> str:
    """A step as a button says it."""
    return {
        Step.ACKNOWLEDGE: _("Take it on"),
        Step.VERIFY: _("Begin to verify"),
        Step.EXCLUDE: _("Exclude"),
        Step.SUSPECT: _("Suspected event"),
        Step.INVESTIGATE: _("Begin the field investigation"),
        Step.CONFIRM: _("Confirm the event"),
        Step.CLOSE: _("Close"),
        Step.REOPEN: _("Reopen"),
    }[value]


def deed(value: str) -> str:
    """A line of a history in words."""
    known = {
        "acknowledge": _("taken on"),
        "verify": _("verification began"),
        "exclude": _("excluded"),
        "suspect": _("held to be a suspected event"),
        "investigate": _("field investigation began"),
        "confirm": _("confirmed"),
        "close": _("closed"),
        "reopen": _("reopened"),
        "merge": _("merged"),
        "told": _("reported by a person"),
        "opened": _("event opened"),
        "signal": _("a signal joined"),
        "described": _("description changed"),
        "over": _("declared over"),
        "first report": _("first report"),
        "progress report": _("progress report"),
        "final report": _("final report"),
    }
    return known.get(value, value)


def level(value: Level) -> str:
    """How urgent."""
    return {
        Level.WATCH: _("watch"),
        Level.HIGH: _("high"),
        Level.IMMEDIATE: _("at once"),
    }[value]


def reason(value: Reason) -> str:
    """Why it was no event."""
    return {
        Reason.DATA_ERROR: _("error in the data"),
        Reason.DUPLICATE: _("the same report twice"),
        Reason.LATE_BATCH: _("late reports came together"),
        Reason.KNOWN_CAUSE: _("known cause"),
        Reason.SEASONAL: _("usual for the season"),
        Reason.CHANCE: _("chance"),
    }[value]


def show(value: Show) -> str:
    """A tab of the desk."""
    return {
        Show.OPEN: pgettext("signals", "Open"),
        Show.NEW: _("New"),
        Show.OVERDUE: _("Overdue"),
        Show.EVENTS: _("Events"),
        Show.EXCLUDED: _("Excluded"),
        Show.CLOSED: _("Closed"),
        Show.ALL: _("All signals"),
    }[value]


def case_class(value: CaseClass) -> str:
    """How sure a case is."""
    return {
        CaseClass.SUSPECTED: _("suspected case"),
        CaseClass.PROBABLE: _("probable case"),
        CaseClass.CONFIRMED: _("confirmed case"),
        CaseClass.NOT_A_CASE: _("no case"),
    }[value]


def exposure(value: Exposure) -> str:
    """How somebody was near a case, or what a link rests on."""
    return {
        Exposure.HOUSEHOLD: _("same household"),
        Exposure.SAME_ROOM: _("same class, ward or room"),
        Exposure.MEAL: _("ate together"),
        Exposure.CARE: _("care of the sick"),
        Exposure.TRANSPORT: _("same vehicle"),
        Exposure.SOURCE: _("same food, water or vector"),
        Exposure.GENOME: _("same genome"),
        Exposure.OTHER: _("something else"),
    }[value]


def certainty(value: Certainty) -> str:
    """How sure a link is."""
    return {
        Certainty.POSSIBLE: _("possible"),
        Certainty.PROBABLE: _("probable"),
        Certainty.CONFIRMED: _("certain"),
    }[value]


def measure_limit(value: MeasureLimit) -> str:
    """By when a measure must be taken."""
    return {
        MeasureLimit.TWO_HOURS: _("within 2 hours"),
        MeasureLimit.ONE_DAY: _("within 24 hours"),
        MeasureLimit.BY_DAY: _("by a day"),
    }[value]


def resource_kind(value: ResourceKind) -> str:
    """A kind of resource."""
    return {
        ResourceKind.STAFF: _("people"),
        ResourceKind.LABORATORY: _("laboratory capacity"),
        ResourceKind.BEDS: _("beds"),
        ResourceKind.MEDICINES: _("medicines and vaccines"),
        ResourceKind.PROTECTION: _("protective equipment"),
        ResourceKind.DISINFECTION: _("disinfection"),
        ResourceKind.VEHICLES: _("vehicles"),
        ResourceKind.FUNDS: _("funds"),
        ResourceKind.OTHER: _("something else"),
    }[value]


def resource_state(value: ResourceState) -> str:
    """Where a request for a resource stands."""
    return {
        ResourceState.ASKED: _("asked for"),
        ResourceState.GRANTED: _("granted"),
        ResourceState.REFUSED: _("not granted"),
        ResourceState.ARRIVED: _("arrived"),
        ResourceState.WITHDRAWN: _("not needed any more"),
    }[value]


def report_kind(value: ReportKind) -> str:
    """A report of an event."""
    return {
        ReportKind.FIRST: _("First report"),
        ReportKind.PROGRESS: _("Progress report"),
        ReportKind.FINAL: _("Final report"),
    }[value]


def source_kind(value: SourceKind) -> str:
    """How a source comes in."""
    return {
        SourceKind.CASES: _("case by case"),
        SourceKind.RECORD: _("from the record"),
        SourceKind.COUNTS: _("daily counts"),
        SourceKind.PEOPLE: _("by people"),
    }[value]


def within(value: Within) -> str:
    """Where a rule counts."""
    return {
        Within.CASE: _("one case is enough"),
        Within.PLACE: _("in one school, nursery, home or work site"),
        Within.VILLAGE: _("in one village"),
        Within.TOWN: _("in one town"),
        Within.COUNTY: _("in one county"),
    }[value]


def layer(name: str) -> str:
    """How a layer of detection looks at a source."""
    return {
        "rule": _("rules"),
        "weekly": _("weeks against earlier years"),
        "daily": _("days against four weeks"),
        "slow": _("slow rises"),
        "space-time": _("clusters in space and time"),
    }.get(name, name)


def joined(words: Iterable[str]) -> str:
    """Several words as one phrase."""
    return words_joined(words, language())


def bracketed(text: str, inner: object) -> str:
    """Words with more in brackets."""
    return f"{text}（{inner}）" if language() == "zh" else f"{text} ({inner})"


def labelled(label: str, text: str) -> str:
    """A sentence after what it is about."""
    return f"{label}：{text}" if language() == "zh" else f"{label}: {text}"


def source(id: str, on: date) -> str:
    """The title of a source."""
    return _sources(on).get(id, {}).get(language(), id)


def expected(count: float) -> str:
    """How many were to be expected, to one place; what would read as none is "<0.1"."""
    return "<0.1" if 0 < count < 0.05 else f"{count:.1f}"


def rule_title(each: Evidence, *, rules: dict[str, CaseRule], on: date) -> str:
    """What the rule behind evidence is called, where that is not just the condition."""
    rule = rules.get(each.method) or rules.get(each.method.removesuffix("D"))
    if rule is None or rule.title.in_language(language()) == title(each.condition, on):
        return ""
    return rule.title.in_language(language())


def explained(each: Evidence, *, rules: dict[str, CaseRule], on: date) -> str:
    """One sentence: what was seen, what was to be expected, by which rule or method."""
    observed = f"{each.observed:g}"
    if each.method.startswith("TOLD"):
        return _("A person reports %(n)s ill.") % {"n": observed}
    if each.method == "FIRST5":
        return _("The first case in this county in five years.")
    rule = rules.get(each.method) or rules.get(each.method.removesuffix("D"))
    if each.layer == "rule" and rule is not None:
        return _by_rule(each, rule, observed)
    values = {"n": observed, "e": expected(each.expected or 0), "t": f"{each.threshold or 0:g}"}
    if each.layer == "space-time":
        values |= {"d": str(each.detail["days"]), "k": str(len(each.detail["towns"]))}
        values["r"] = str(each.detail["recurrence_days"])
        return (
            _(
                "%(n)s cases in %(k)s neighbouring towns within %(d)s days, %(e)s expected; by chance once in %(r)s days."
            )
            % values
        )
    if each.layer == "slow":
        values["d"] = str(each.detail["since_days"])
        return _("A slow rise: %(n)s in %(d)s days, %(e)s expected.") % values
    if each.layer == "daily" and each.detail.get("base"):
        values["b"] = f"{each.detail['base']:g}"
        return (
            _("%(n)s of %(b)s on the day, %(e)s expected from four weeks, threshold %(t)s.")
            % values
        )
    if each.layer == "daily":
        return _("%(n)s on the day, %(e)s expected from four weeks, threshold %(t)s.") % values
    if each.layer == "sparse":
        return (
            _(
                "%(n)s in seven days, %(e)s expected from the rate of the whole city, threshold %(t)s."
            )
            % values
        )
    return _("%(n)s in seven days, %(e)s expected from earlier years, threshold %(t)s.") % values


def _by_rule(each: Evidence, rule: CaseRule, observed: str) -> str:
    if rule.within is Within.CASE:
        return _("One case is enough; %(n)s reported.") % {"n": observed}
    values = {
        "n": observed,
        "d": rule.days,
        "t": f"{each.threshold or 0:g}",
        "w": within(rule.within),
    }
    if each.detail.get("deaths"):
        return _("%(n)s deaths in %(d)s days %(w)s, threshold %(t)s.") % values
    return _("%(n)s cases in %(d)s days %(w)s, threshold %(t)s.") % values


def rules_by_id(actor: Actor, on: date) -> dict[str, CaseRule]:
    """The rules on cases by id."""
    return {each.id: each for each in queries.case_rules(on=on, actor=actor)}


@lru_cache(maxsize=16)
def _sources(on: date) -> dict[str, dict[str, str]]:
    return {each.id: {"zh": each.title.zh, "en": each.title.en} for each in queries.sources(on=on)}

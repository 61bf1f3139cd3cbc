"""trace, now, today, timeOfDay, defineVariable, conformsTo, memberOf.

The moment comes from the caller, never from a clock here.

Source: FHIRPath, Utility Functions, https://hl7.org/fhirpath/#utility-functions
"""

from datetime import datetime
from typing import Any

from kangmai.records.fhirpath.elements import Collection, Element
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Compiled, Form, Frame, Function
from kangmai.records.fhirpath.functions.filtering import select
from kangmai.records.fhirpath.functions.strings import text
from kangmai.records.fhirpath.model import is_resource_name
from kangmai.records.fhirpath.values.temporal import Date, DateTime, Time, from_datetime

BASE_PROFILE = "http://hl7.org/fhir/StructureDefinition/"


def moment(frame: Frame) -> datetime:
    """Raises: Misuse where the caller gave no moment."""
    if frame.run.at is None:
        raise Misuse("no moment is given for now(), today() and timeOfDay()")
    return frame.run.at


def now(focus: Collection, frame: Frame) -> Collection:
    return [from_datetime(moment(frame))]


def today(focus: Collection, frame: Frame) -> Collection:
    at = moment(frame)
    return [Date((at.year, at.month, at.day))]


def time_of_day(focus: Collection, frame: Frame) -> Collection:
    at: DateTime = from_datetime(moment(frame))
    return [Time(at.parts[3:], at.fraction)]


def trace(
    focus: Collection, frame: Frame, name: Compiled, projection: Compiled | None = None
) -> Collection:
    """The input unchanged; the caller's tracer hears of it."""
    if frame.run.trace is not None:
        shown = focus if projection is None else select(focus, frame, projection)
        frame.run.trace(text(name(frame)) or "", shown)
    return focus


def define_variable(
    focus: Collection, frame: Frame, name: Compiled, value: Compiled | None = None
) -> Collection:
    """Give the input, or an expression of it, a name for what follows. Raises: Misuse."""
    called = text(name(frame)) or ""
    if called in frame.variables or called in frame.run.variables:
        raise Misuse(f"%{called} is defined already")
    content = focus
    if value is not None:
        inner = frame.inner()
        inner.this = focus
        content = value(inner)
    frame.variables = {**frame.variables, called: content}
    return focus


def conforms_to(focus: Collection, profile: Collection) -> Collection:
    """Whether a resource is of the type whose base profile is named. Raises: Misuse for others."""
    url = text(profile)
    if url is None or not focus:
        return []
    name = url.removeprefix(BASE_PROFILE)
    if name == url or not is_resource_name(name):
        raise Misuse(f"the profile {url} is not known here")
    return [all(item.__class__ is Element and name in item.fact.lineage for item in focus)]


def member_of(focus: Collection, frame: Frame, value_set: Compiled) -> Collection:
    """Whether a code, Coding or CodeableConcept is in a value set, by the caller's terminology."""
    url = text(value_set(frame))
    if url is None or len(focus) != 1:
        return []
    if frame.run.is_member is None:
        raise Misuse("no terminology is given for memberOf()")
    is_member = frame.run.is_member
    return [any(is_member(url, system, code) for system, code in codes(focus[0]))]


def codes(item: Any) -> list[tuple[str | None, str]]:
    """The systems and codes an item carries."""
    value = item.value if item.__class__ is Element else item
    if isinstance(value, str):
        return [(None, value)]
    if not isinstance(value, dict):
        return []
    codings = value.get("coding", [value])
    if not isinstance(codings, list):
        return []
    coded = [each for each in codings if isinstance(each, dict) and "code" in each]
    return [(each.get("system"), each["code"]) for each in coded]


TABLE = {
    "now": Function(now, Form.EXPRESSIONS),
    "today": Function(today, Form.EXPRESSIONS),
    "timeOfDay": Function(time_of_day, Form.EXPRESSIONS),
    "trace": Function(trace, Form.EXPRESSIONS, 1, 2),
    "defineVariable": Function(define_variable, Form.EXPRESSIONS, 1, 2),
    "conformsTo": Function(conforms_to, Form.VALUES, 1, 1),
    "memberOf": Function(member_of, Form.EXPRESSIONS, 1, 1),
}

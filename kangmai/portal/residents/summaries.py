"""One line about one FHIR resource: what it is, its value, and whether it is out of the usual.

The words come from the resource itself (`text`, then `display`, then the code); nothing is guessed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kangmai.portal.shell import words

Resource = Mapping[str, Any]
ABNORMAL = {"H", "HH", "L", "LL", "A", "AA", "HU", "LU", "POS", "DET"}
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
"""LOINC codes."""
NOT_DONE = {"not-done", "entered-in-error", "cancelled", "refuted", "stopped"}


@dataclass(frozen=True, slots=True)
class Summary:
    """What a timeline shows of a resource."""

    title: str
    value: str = ""
    detail: str = ""
    is_abnormal: bool = False
    is_void: bool = False
    """Entered in error, cancelled or not done: shown, but struck through."""


def concept(value: Any) -> str:
    """The words of a CodeableConcept."""
    if not isinstance(value, Mapping):
        return ""
    codings = [each for each in value.get("coding", ()) if isinstance(each, Mapping)]
    displays = (str(each.get("display", "")) for each in codings)
    codes = (str(each.get("code", "")) for each in codings)
    return str(
        value.get("text") or next(filter(None, displays), "") or next(filter(None, codes), "")
    )


def concepts(values: Iterable[Any]) -> str:
    """The words of several CodeableConcepts."""
    return words.joined(filter(None, map(concept, values)))


def quantity(value: Mapping[str, Any]) -> str:
    """A Quantity as people write it: at most four significant decimals, then the unit."""
    number = value.get("value")
    text = f"{number:.4g}" if isinstance(number, float) and abs(number) < 1e4 else str(number)
    comparator = str(value.get("comparator", ""))
    return f"{comparator}{text} {value.get('unit') or value.get('code') or ''}".strip()


def value_of(resource: Resource) -> str:
    """The value[x] of an Observation or of one of its components."""
    for key, value in resource.items():
        if not key.startswith("value"):
            continue
        match key:
            case "valueQuantity":
                return quantity(value)
            case "valueCodeableConcept":
                return concept(value)
            case "valueBoolean":
                return _("yes") if value else _("no")
            case "valueString" | "valueInteger" | "valueDateTime" | "valueTime":
                return str(value)
    return concept(resource.get("dataAbsentReason"))


def _components(parts: Iterable[Resource]) -> str:
    """The components of an Observation in words; a blood pressure as 152/94 mmHg."""
    by_code = {
        str(coding.get("code", "")): part
        for part in parts
        for coding in part.get("code", {}).get("coding", ())
    }
    if SYSTOLIC in by_code and DIASTOLIC in by_code:
        high, low = (by_code[code].get("valueQuantity", {}) for code in (SYSTOLIC, DIASTOLIC))
        return f"{high.get('value', '—')}/{quantity(low)}"
    return words.clauses(f"{concept(part.get('code'))} {value_of(part)}" for part in parts)


def _observation(resource: Resource) -> Summary:
    parts = list(resource.get("component", ()))
    flags = {
        coding.get("code")
        for interpretation in resource.get("interpretation", ())
        for coding in interpretation.get("coding", ())
    }
    return Summary(
        concept(resource.get("code")),
        value_of(resource) or _components(parts),
        is_abnormal=bool(flags & ABNORMAL),
    )


def status_words(value: Any) -> str:
    """A status of FHIR's required value sets in the language of the page."""
    known = {
        "active": _("ongoing"),
        "recurrence": _("came back"),
        "relapse": _("relapse"),
        "inactive": _("not active"),
        "remission": _("in remission"),
        "resolved": _("resolved"),
        "unconfirmed": _("not confirmed"),
        "provisional": _("provisional"),
        "differential": _("one of several possible"),
        "confirmed": _("confirmed"),
        "refuted": _("refuted"),
        "entered-in-error": _("entered in error"),
    }
    codes = [each.get("code", "") for each in value.get("coding", ())] if value else []
    return known.get(codes[0], concept(value)) if codes else concept(value)


def class_words(coding: Mapping[str, Any]) -> str:
    """The class of an encounter (HL7 v3 ActCode) in the language of the page."""
    known = {
        "AMB": _("Outpatient visit"),
        "EMER": _("Emergency visit"),
        "IMP": _("Hospital stay"),
        "ACUTE": _("Hospital stay"),
        "NONAC": _("Hospital stay"),
        "HH": _("Visit at home"),
        "VR": _("Remote consultation"),
        "OBSENC": _("Observation stay"),
        "SS": _("Short stay"),
    }
    code = str(coding.get("code", ""))
    return known.get(code, str(coding.get("display") or code))


def _condition(resource: Resource) -> Summary:
    return Summary(
        concept(resource.get("code")),
        detail=words.joined(
            filter(
                None,
                (
                    status_words(resource.get("clinicalStatus")),
                    status_words(resource.get("verificationStatus")),
                ),
            )
        ),
    )


def _allergy(resource: Resource) -> Summary:
    reactions = [
        concepts(reaction.get("manifestation", ())) for reaction in resource.get("reaction", ())
    ]
    title = _("Allergy: %(substance)s") % {"substance": concept(resource.get("code"))}
    return Summary(
        title,
        words.joined(filter(None, reactions)),
        is_abnormal=resource.get("criticality") == "high",
    )


def _encounter(resource: Resource) -> Summary:
    reasons = concepts(resource.get("reasonCode", ()))
    kind, where = concepts(resource.get("type", ())), class_words(resource.get("class", {}))
    return Summary(kind or where or _("Visit"), detail=reasons or (where if kind else ""))


def _medication(resource: Resource) -> Summary:
    medicine = concept(resource.get("medicationCodeableConcept")) or str(
        resource.get("medicationReference", {}).get("display", "")
    )
    doses = [str(each.get("text", "")) for each in resource.get("dosageInstruction", ())]
    return Summary(medicine or _("Medicine"), detail=words.clauses(doses))


def _immunization(resource: Resource) -> Summary:
    numbers = [
        each.get("doseNumberPositiveInt") or each.get("doseNumberString")
        for each in resource.get("protocolApplied", ())
    ]
    dose = next(filter(None, numbers), None)
    detail = _("dose %(number)s") % {"number": dose} if dose else ""
    return Summary(concept(resource.get("vaccineCode")), detail=detail)


def _report(resource: Resource) -> Summary:
    return Summary(
        concept(resource.get("code")) or concepts(resource.get("category", ())),
        detail=str(resource.get("conclusion", "")),
    )


def _imaging(resource: Resource) -> Summary:
    modalities = [series.get("modality", {}) for series in resource.get("series", ())]
    codes = dict.fromkeys(str(each.get("display") or each.get("code", "")) for each in modalities)
    return Summary(concepts(resource.get("procedureCode", ())) or words.joined(codes))


def _categorized(resource: Resource) -> Summary:
    title = str(resource.get("title") or "") or concepts(resource.get("category", ()))
    activities = [
        concept(activity.get("detail", {}).get("code")) for activity in resource.get("activity", ())
    ]
    return Summary(title, detail=words.joined(filter(None, activities)))


def _coded(resource: Resource) -> Summary:
    for field in ("code", "type", "description", "itemCodeableConcept", "serviceType"):
        value = resource.get(field)
        words = concepts(value) if isinstance(value, list) else concept(value)
        if words:
            return Summary(words)
    return Summary("")


def _questionnaire_response(resource: Resource) -> Summary:
    named = str(resource.get("_questionnaire", {}).get("display", ""))
    return Summary(named or str(resource.get("questionnaire", "")).rpartition("/")[2])


SUMMARIES: dict[str, Callable[[Resource], Summary]] = {
    "AllergyIntolerance": _allergy,
    "CarePlan": _categorized,
    "CareTeam": _categorized,
    "Condition": _condition,
    "DiagnosticReport": _report,
    "DocumentReference": _coded,
    "Encounter": _encounter,
    "ImagingStudy": _imaging,
    "Immunization": _immunization,
    "MedicationAdministration": _medication,
    "MedicationDispense": _medication,
    "MedicationRequest": _medication,
    "MedicationStatement": _medication,
    "Observation": _observation,
    "QuestionnaireResponse": _questionnaire_response,
}


def summarize(resource: Resource) -> Summary:
    """The line about any resource; one without any word is called by its type."""
    made = SUMMARIES.get(str(resource["resourceType"]), _coded)(resource)
    statuses = {
        str(resource.get("status", "")),
        concept({"coding": resource.get("verificationStatus", {}).get("coding", ())}),
    }
    return Summary(
        made.title or str(resource["resourceType"]),
        made.value,
        made.detail,
        made.is_abnormal,
        is_void=bool(statuses & NOT_DONE),
    )

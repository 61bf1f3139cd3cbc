"""A vaccination as an Immunization of the record, and back.

Source: FHIR R4, https://hl7.org/fhir/R4/immunization.html; vaccine codes are this installation's own
(`urn:kangmai:code-set:vaccine`), sites and routes those of HL7 v3.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import orjson

from kangmai.kernel.ids import PatientId
from kangmai.programmes.immunization.rules import vaccines
from kangmai.programmes.vaccination.types import Coded, Lot, Recorded
from kangmai.records.types import Stored
from kangmai.standards.calendars import LEGAL_TIME, legal_day

VACCINE = "urn:kangmai:code-set:vaccine"
TRACE = "urn:kangmai:trace-code"
EVIDENCE = "urn:kangmai:code-set:vaccination-evidence"
COMPLETED, ENTERED_IN_ERROR = "completed", "entered-in-error"


def _vaccine(code: str) -> dict[str, Any]:
    name = vaccines()[code]["zh"]
    return {"coding": [{"system": VACCINE, "code": code, "display": name}], "text": name}


def _coded(value: Coded) -> dict[str, Any]:
    text = {"text": value.title.zh}
    if not value.code:
        return text
    return {"coding": [{"system": value.system, "code": value.code}], **text}


def injection(
    *,
    patient: PatientId,
    lot: Lot,
    trace_code: str,
    dose: int | None,
    site: Coded,
    route: Coded,
    vaccinator: str,
    institution: str,
    at: datetime,
) -> dict[str, Any]:
    """The Immunization of a dose given here from a package."""
    return {
        "resourceType": "Immunization",
        "identifier": [{"system": TRACE, "value": trace_code}],
        "status": COMPLETED,
        "vaccineCode": _vaccine(lot.vaccine),
        "patient": {"reference": f"Patient/{patient}"},
        "occurrenceDateTime": at.astimezone(LEGAL_TIME).isoformat(timespec="seconds"),
        "recorded": at.astimezone(LEGAL_TIME).isoformat(timespec="seconds"),
        "primarySource": True,
        "manufacturer": {"display": lot.maker},
        "lotNumber": lot.number,
        "expirationDate": lot.expires_on.isoformat(),
        "site": _coded(site),
        "route": _coded(route),
        "performer": [{"actor": {"display": vaccinator}}, {"actor": {"display": institution}}],
        "note": [{"text": lot.product}],
        **_protocol(dose),
    }


def earlier(
    *,
    patient: PatientId,
    vaccine: str,
    day: date,
    product: str,
    lot: str,
    place: str,
    evidence: str,
    at: datetime,
) -> dict[str, Any]:
    """The Immunization of a dose that was given elsewhere and is entered from a certificate."""
    found: dict[str, Any] = {
        "resourceType": "Immunization",
        "status": COMPLETED,
        "vaccineCode": _vaccine(vaccine),
        "patient": {"reference": f"Patient/{patient}"},
        "occurrenceDateTime": day.isoformat(),
        "recorded": at.astimezone(LEGAL_TIME).isoformat(timespec="seconds"),
        "primarySource": False,
        "reportOrigin": {"coding": [{"system": EVIDENCE, "code": evidence}]},
    }
    if lot:
        found["lotNumber"] = lot
    if place:
        found["performer"] = [{"actor": {"display": place}}]
    if product:
        found["note"] = [{"text": product}]
    return found


def _protocol(dose: int | None) -> dict[str, Any]:
    return {"protocolApplied": [{"doseNumberPositiveInt": dose}]} if dose else {}


def corrected(body: Mapping[str, Any], *, vaccine: str, day: date, lot: str) -> dict[str, Any]:
    """The resource with another vaccine, day or lot; the time of a day that stays is kept."""
    changed = {key: value for key, value in body.items() if key != "lotNumber"}
    changed["vaccineCode"] = _vaccine(vaccine)
    if _day(body.get("occurrenceDateTime")) != day:
        changed["occurrenceDateTime"] = day.isoformat()
    if lot:
        changed["lotNumber"] = lot
    return changed


def withdrawn(body: Mapping[str, Any], *, reason: str) -> dict[str, Any]:
    """The resource as entered in error."""
    return {**body, "status": ENTERED_IN_ERROR, "statusReason": {"text": reason}}


def counts(body: Mapping[str, Any]) -> bool:
    """Whether a resource says that a dose was given."""
    return body.get("status") == COMPLETED


def read(stored: Stored) -> Recorded:
    """What an Immunization says, whoever wrote it."""
    body = orjson.loads(stored.body)
    concept = body.get("vaccineCode", {})
    people = [each.get("actor", {}).get("display", "") for each in body.get("performer", ())]
    note = (body.get("note") or [{}])[0].get("text", "")
    return Recorded(
        id=stored.id,
        version=stored.version,
        vaccine=_code_of(concept),
        text=concept.get("text") or _display(concept),
        day=_day(body.get("occurrenceDateTime")),
        product=note[:120],
        maker=body.get("manufacturer", {}).get("display", ""),
        lot=body.get("lotNumber", ""),
        expires_on=_day(body.get("expirationDate")),
        site=_text(body.get("site")),
        route=_text(body.get("route")),
        place=people[-1] if people else "",
        vaccinator=people[0] if len(people) > 1 else "",
        trace_code=_trace(body),
        is_primary=body.get("primarySource", True),
        author=stored.author_org,
    )


def _code_of(concept: Mapping[str, Any]) -> str:
    for coding in concept.get("coding", ()):
        if coding.get("system") == VACCINE and coding.get("code") in vaccines():
            return str(coding["code"])
    return ""


def _display(concept: Mapping[str, Any]) -> str:
    return next((each.get("display") or each.get("code", "") for each in concept.get("coding", ())), "")  # fmt: skip


def _text(concept: Mapping[str, Any] | None) -> str:
    return (concept or {}).get("text") or _display(concept or {})


def _trace(body: Mapping[str, Any]) -> str:
    found = (each for each in body.get("identifier", ()) if each.get("system") == TRACE)
    return next((str(each.get("value", "")) for each in found), "")


def _day(text: str | None) -> date | None:
    """The legal day of a FHIR date or instant; None where it names no day."""
    if not text or len(text) < 10:
        return None
    if len(text) == 10:
        return date.fromisoformat(text)
    return legal_day(datetime.fromisoformat(text))

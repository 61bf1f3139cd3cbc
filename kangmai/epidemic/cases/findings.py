"""What of arriving resources may be a case: diagnoses and conclusions with a notifiable code, positive results.

A code or a result is no diagnosis: it makes a draft and a task, and a doctor decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from kangmai.epidemic.cases.diseases import by_icd10, disease, laboratory_codes
from kangmai.records.types import Stored
from kangmai.standards.calendars import legal_day

ICD10 = ("icd-10", "2.16.156.10011.2.3.3.11")
"""Parts of the names of code systems that hold ICD-10 codes."""
NOT_SURE = frozenset(("refuted", "entered-in-error", "differential"))
NOT_FINAL = frozenset(("registered", "cancelled", "entered-in-error", "unknown"))
POSITIVE = frozenset(("POS", "DET", "10828004", "260373001", "LA6576-8", "LA11882-0"))
"""Codes of a positive or detected result: v3 ObservationInterpretation, SNOMED CT, LOINC answers."""
POSITIVE_WORDS = ("阳性", "positive", "detected", "检出")
NEGATIVE_WORDS = ("阴性", "negative", "not detected", "未检出")


@dataclass(frozen=True, slots=True)
class Finding:
    """A resource that may be a case, or that no longer is one (`is_withdrawn`)."""

    disease: str
    patient_rid: int
    resource_type: str
    resource_id: str
    code: str
    found_on: date
    organization: int | None
    is_withdrawn: bool
    onset_on: date | None = None
    is_confirmed: bool = False


def findings(resources: Sequence[Stored], *, on: date) -> list[Finding]:
    """What of some resources may be a case, as diseases are defined on a day, and what is withdrawn."""
    return [
        found
        for stored in resources
        if stored.subject is not None and (found := _finding(stored, on)) is not None
    ]


def _finding(stored: Stored, on: date) -> Finding | None:
    if stored.is_deleted:
        return _withdrawn(stored, on)
    if stored.type == "Observation" and not _may_tell(stored.body):
        return None
    body = orjson.loads(stored.body)
    code, known = _notifiable(stored.type, body, on)
    if not known:
        return None
    if _is_withdrawn(body):
        return _withdrawn(stored, on)
    assert stored.subject is not None
    day = _day(body.get("recordedDate") or body.get("effectiveDateTime") or body.get("issued"))
    return Finding(
        disease=known,
        patient_rid=stored.subject,
        resource_type=stored.type,
        resource_id=stored.id,
        code=code,
        found_on=min(day or on, on),
        organization=stored.author_org,
        is_withdrawn=False,
        onset_on=_day(body.get("onsetDateTime")),
        is_confirmed=stored.type != "Condition",
    )


def _may_tell(body: bytes) -> bool:
    """Most Observations are of something else: look before reading."""
    if any(part.encode() in body for part in ICD10):
        return True
    return any(code.encode() in body for _, code in laboratory_codes())


def _withdrawn(stored: Stored, on: date) -> Finding:
    assert stored.subject is not None
    return Finding(
        "", stored.subject, stored.type, stored.id, "", on, stored.author_org, is_withdrawn=True
    )


def _is_withdrawn(body: Mapping[str, Any]) -> bool:
    codes = {code for _, code in codings(body.get("verificationStatus"))}
    return bool(codes & NOT_SURE) or body.get("status") in NOT_FINAL


def _notifiable(kind: str, body: Mapping[str, Any], on: date) -> tuple[str, str]:
    """The code that makes a resource a finding, with its disease; empty where none does."""
    if kind == "Observation":
        for pair in codings(body.get("code")):
            if pair in laboratory_codes() and is_positive(body):
                found = laboratory_codes()[pair]
                return pair[1], found
    for _, code in (pair for pair in _concluded(kind, body) if is_icd10(pair[0])):
        if found := by_icd10(code, on=on):
            return code, found
    return "", ""


def _concluded(kind: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if kind == "Condition":
        yield from codings(body.get("code"))
    elif kind == "Observation":
        yield from codings(body.get("valueCodeableConcept"))
    for concept in body.get("conclusionCode", ()):
        yield from codings(concept)


def is_icd10(system: str) -> bool:
    """Whether a code system is ICD-10, in its international or a national edition."""
    return any(part in system.lower() for part in ICD10)


def is_positive(observation: Mapping[str, Any]) -> bool:
    """Whether a result says that something was found."""
    concepts = [*observation.get("interpretation", ()), observation.get("valueCodeableConcept")]
    if any(code in POSITIVE for concept in concepts for _, code in codings(concept)):
        return True
    texts = [str((concept or {}).get("text", "")) for concept in concepts]
    said = " ".join([*texts, str(observation.get("valueString", ""))]).lower()
    if any(word in said for word in NEGATIVE_WORDS):
        return False
    return any(word in said for word in POSITIVE_WORDS)


def codings(concept: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """System and code of the codings of a concept."""
    given = (concept or {}).get("coding", ())
    return [(each.get("system", ""), each.get("code", "")) for each in given]


def is_of_age(code: str, birth_date: date | None, *, on: date) -> bool:
    """Whether somebody born then belongs to those of whom a disease is reported."""
    limit = disease(code, on=on).under_years
    if limit is None or birth_date is None:
        return True
    years = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    return years < limit


def _day(text: str | None) -> date | None:
    """The legal day of a FHIR date or instant; None where it names no day."""
    if not text or len(text) < 10:
        return None
    try:
        return (
            date.fromisoformat(text) if len(text) == 10 else legal_day(datetime.fromisoformat(text))
        )
    except ValueError:
        return None

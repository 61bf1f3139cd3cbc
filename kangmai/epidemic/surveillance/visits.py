"""Visits of the record by syndrome: from the codes and words of diagnoses, and from the chief complaint.

A visit counts once for a syndrome, whether its complaint, its diagnosis or several of them speak of it.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from kangmai.epidemic.surveillance import rule_book
from kangmai.epidemic.surveillance.types import Occurrence
from kangmai.kernel.actor import Label
from kangmai.records.types import Stored
from kangmai.standards.calendars import legal_day

VISITS = "visit_syndromes"
WATCHED_DAYS = 60
"""Visits longer ago are history: they are not counted by day of arrival."""
NOT_SURE = frozenset(("refuted", "entered-in-error"))
NO_VISIT = frozenset(("planned", "cancelled", "entered-in-error"))


def of_record(stored: Stored, area: str, at: datetime) -> Iterator[Occurrence]:
    """The syndromes of one Condition or Encounter of the last weeks; nothing of an institution without a place."""
    body = orjson.loads(stored.body)
    is_visit = body.get("resourceType") == "Encounter"
    today = legal_day(at)
    day = _day(_said(body, is_visit))
    if day is None or not area or not today - timedelta(days=WATCHED_DAYS) <= day <= today:
        return
    codes, words = ([], _complaint(body)) if is_visit else (_codes(body), _words(body))
    for syndrome in _syndromes(codes, words, today):
        yield Occurrence(
            source=VISITS,
            key=_key(stored, body, is_visit),
            condition=syndrome,
            area_code=area,
            day=day,
            reported_on=today,
            reporter=f"org {stored.author_org}",
            is_withdrawn=_is_withdrawn(body, is_visit),
            label=Label(stored.label),
        )


def _key(stored: Stored, body: Mapping[str, Any], is_visit: bool) -> str:
    """The visit, where it is known; else the diagnosis alone."""
    if is_visit:
        return f"Encounter {stored.id}"
    visit = (body.get("encounter") or {}).get("reference", "").rpartition("/")[2]
    return f"Encounter {visit}" if visit else f"Condition {stored.id}"


def _said(body: Mapping[str, Any], is_visit: bool) -> str | None:
    if is_visit:
        return (body.get("period") or {}).get("start")
    return body.get("recordedDate") or body.get("onsetDateTime")


def _is_withdrawn(body: Mapping[str, Any], is_visit: bool) -> bool:
    if is_visit:
        return body.get("status") in NO_VISIT
    verified = (body.get("verificationStatus") or {}).get("coding", ())
    return any(each.get("code") in NOT_SURE for each in verified)


def _codes(body: Mapping[str, Any]) -> list[str]:
    return [
        each.get("code", "").upper()
        for each in (body.get("code") or {}).get("coding", ())
        if "icd" in each.get("system", "").lower()
    ]


def _words(body: Mapping[str, Any]) -> str:
    return str((body.get("code") or {}).get("text", ""))


def _complaint(body: Mapping[str, Any]) -> str:
    """What the patient came for, in words; a coded reason is a diagnosis, which comes by itself."""
    reasons = body.get("reasonCode") or ()
    return " ".join(each.get("text", "") for each in reasons if not each.get("coding"))


def _syndromes(codes: list[str], words: str, on: date) -> Iterator[str]:
    """By code, and by words only where there is no code."""
    counted = rule_book.sources(on)[VISITS].conditions
    for id, syndrome in rule_book.syndromes(on).items():
        by_code = any(code.startswith(tuple(syndrome["codes"])) for code in codes)
        by_word = not codes and any(word in words for word in syndrome["words"])
        if id in counted and (by_code or by_word):
            yield id


def _day(text: str | None) -> date | None:
    """The legal day of a FHIR date or instant; None where it names no day."""
    if not text or len(text) < 10:
        return None
    try:
        if "T" not in text:
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return legal_day(instant) if instant.tzinfo else instant.date()

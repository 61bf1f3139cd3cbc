"""Small FHIR resources for tests; values that matter are given by the test."""

from typing import Any

INDEX_DOCUMENT = "urn:oid:2.16.156.10011.1.3"


def patient(**more: Any) -> dict[str, Any]:
    """A valid Patient."""
    return {"resourceType": "Patient", "name": [{"text": "李丽"}], "gender": "female", **more}


def observation(subject: str | None = None, **more: Any) -> dict[str, Any]:
    """A valid blood-pressure Observation of a Patient."""
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
        "effectiveDateTime": "2026-03-01T08:00:00+08:00",
        "valueQuantity": {
            "value": 152,
            "unit": "mmHg",
            "system": "http://unitsofmeasure.org",
            "code": "mm[Hg]",
        },
        **more,
    }
    if subject:
        resource["subject"] = {"reference": subject}
    return resource


def transaction(
    *resources: tuple[str, dict[str, Any]], kind: str = "transaction"
) -> dict[str, Any]:
    """A Bundle that creates resources, each under a fullUrl."""
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [
            {"fullUrl": url, "resource": r, "request": {"method": "POST", "url": r["resourceType"]}}
            for url, r in resources
        ],
    }

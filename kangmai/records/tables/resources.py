"""Rows as FHIR resources: the person, then the stay, visit or result that a table's row tells of.

Each resource has a name that the institution's numbers give it, so that the same row again is the same
resource. References name other resources of the row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import orjson

from kangmai.records.tables.types import Table, Values

NAMES = UUID("1a1c4f0e-59f9-5c3b-8a63-6f1f0b7d9b52")
ICD10 = "urn:oid:2.16.156.10011.2.3.3.11"
ICD9CM3 = "urn:oid:2.16.156.10011.2.3.3.12"
ID_CARD = "urn:oid:2.16.156.10011.1.3"
GENDERS = {"0": "unknown", "1": "male", "2": "female", "9": "other"}
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
VISITS = {"1": "AMB", "2": "EMER", "3": "VR"}
DISPOSITIONS = {
    "1": "home",
    "2": "other-hcf",
    "3": "other-hcf",
    "4": "aadvice",
    "5": "exp",
    "9": "oth",
}
ADMISSIONS = {"1": "emd", "2": "outp", "3": "hosp-trans", "9": "other"}
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"

Named = tuple[str, dict[str, Any]]
"""The name of a resource, and its content."""


def resources(values: Values, of: Table, *, organization: int) -> list[Named]:
    """What a row becomes; the first is the person."""
    maker = _Maker(organization, values, of)
    person = maker.person()
    return [person, *_MAKES[of.makes](maker, person[0])]


class _Maker:
    """Names and pieces of one row's resources."""

    def __init__(self, organization: int, values: Values, of: Table) -> None:
        self.organization, self.values, self.table = organization, values, of

    def name(self, kind: str, *key: object) -> str:
        """The name of a resource by what the institution calls it."""
        return f"urn:uuid:{uuid5(NAMES, '|'.join(map(str, (self.organization, kind, *key))))}"

    def system(self, name: str) -> str:
        """The system of an institution's own numbers."""
        return f"urn:kangmai:table:{self.organization}:{name}"

    def get(self, field: str) -> Any:
        return self.values.get(field)

    def listed(self, *fields: str) -> Iterator[tuple[Any, ...]]:
        """The repeated cells of some columns side by side, where the first has a value."""
        columns = [self.values.get(field) or [] for field in fields]
        for n, first in enumerate(columns[0]):
            if first is not None:
                yield n, *(column[n] if n < len(column) else None for column in columns)

    def word(self, field: str) -> str:
        """The word of a coded cell."""
        column = next(each for each in self.table.columns if each.field == field)
        return column.codes.get(self.get(field), "")

    def person(self) -> Named:
        number, card = self.get("patient_number"), self.get("id_number")
        key = number or card or f"{self.get('name')}|{self.get('birth_date')}|{self.get('phone')}"
        identifiers = [{"system": self.system("patient"), "value": number}] if number else []
        identifiers += [{"system": ID_CARD, "value": card}] if card else []
        person: dict[str, Any] = {
            "resourceType": "Patient",
            "identifier": identifiers,
            "active": True,
            "name": [{"text": self.get("name")}],
            "telecom": [{"system": "phone", "value": self.get("phone")}]
            if self.get("phone")
            else [],
            "gender": GENDERS[self.get("sex")],
            "birthDate": self.get("birth_date").isoformat(),
            "address": [{"use": "home", "text": self.get("address")}]
            if self.get("address")
            else [],
        }
        return self.name("Patient", key), _filled(person)

    def condition(
        self, kind: str, key: Sequence[object], code: str, text: str, person: str, visit: str
    ) -> Named:
        category = "http://terminology.hl7.org/CodeSystem/condition-category"
        return self.name("Condition", *key), {
            "resourceType": "Condition",
            "clinicalStatus": _coded(
                "http://terminology.hl7.org/CodeSystem/condition-clinical", "active"
            ),
            "category": [_coded(category, "encounter-diagnosis")],
            "code": {
                "coding": [_filled({"system": ICD10, "code": code, "display": text})],
                "text": text or code,
            },
            "subject": {"reference": person},
            "encounter": {"reference": visit},
            "recordedDate": self.moment(kind),
        }

    def moment(self, field: str) -> str | None:
        value = self.get(field)
        return value.isoformat() if value is not None else None

    def invoice(self, key: Sequence[object], person: str, date: str) -> list[Named]:
        """The fees, by their titles."""
        total = self.get("total_fee")
        if total is None:
            return []
        fees = [
            {"chargeItemCodeableConcept": {"text": column.title},
             "priceComponent": [{"type": "base", "amount": _yuan(self.get(column.field))}]}
            for column in self.table.columns
            if column.field.startswith("fee_") and self.get(column.field)
        ]  # fmt: skip
        own = self.get("own_pay")
        totals = (
            [{"type": "informational", "code": {"text": "自付金额"}, "amount": _yuan(own)}]
            if own is not None
            else []
        )
        return [(self.name("Invoice", *key), _filled({
            "resourceType": "Invoice", "status": "issued", "subject": {"reference": person},
            "date": self.moment(date), "lineItem": fees, "totalPriceComponent": totals,
            "totalGross": _yuan(total),
        }))]  # fmt: skip


def _stay(make: _Maker, person: str) -> list[Named]:
    """An inpatient stay: Encounter, diagnoses, procedures, allergy, fees."""
    key = (make.get("record_number"), make.get("admission_count") or make.moment("admitted_at"))
    visit = make.name("Encounter", "stay", *key)
    diagnoses = _diagnoses(make, "stay", key, person, visit, recorded="discharged_at")
    uses = ["DD", *["CM"] * (len(diagnoses) - 1)]
    encounter: dict[str, Any] = {
        "resourceType": "Encounter",
        "identifier": [{"system": make.system("inpatient-record"), "value": make.get("record_number")}],
        "status": "finished",
        "class": {"system": ACT, "code": "IMP"},
        "serviceType": {"text": make.get("discharge_department")},
        "subject": {"reference": person},
        "period": {"start": make.moment("admitted_at"), "end": make.moment("discharged_at")},
        "length": {"value": make.get("stay_days"), "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"},
        "participant": [_attender(make.get("attending"))] if make.get("attending") else [],
        "diagnosis": [
            {"condition": {"reference": name},
             "use": _coded("http://terminology.hl7.org/CodeSystem/diagnosis-role", use), "rank": n}
            for n, ((name, _), use) in enumerate(zip(diagnoses, uses, strict=True), 1)
        ],
        "hospitalization": _filled({
            "admitSource": _way(make, "admission_way", ADMISSIONS, "admit-source"),
            "dischargeDisposition": _way(make, "way_of_discharge", DISPOSITIONS, "discharge-disposition"),
            "destination": {"display": make.get("receiving_institution")} if make.get("receiving_institution") else None,
        }),
    }  # fmt: skip
    return [
        (visit, _filled(encounter)), *diagnoses, *_procedures(make, key, person, visit),
        *_allergy(make, person), *make.invoice(("stay", *key), person, "discharged_at"),
    ]  # fmt: skip


def _attender(name: str) -> dict[str, Any]:
    kind = _coded("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "ATND")
    return {"type": [kind], "individual": {"type": "Practitioner", "display": name}}


def _way(make: _Maker, field: str, codes: Mapping[str, str], system: str) -> dict[str, Any] | None:
    code = make.get(field)
    if code is None:
        return None
    return _coded(f"http://terminology.hl7.org/CodeSystem/{system}", codes[code]) | {
        "text": make.word(field)
    }


def _diagnoses(
    make: _Maker, kind: str, key: Sequence[object], person: str, visit: str, *, recorded: str
) -> list[Named]:
    """The main diagnosis, then the others, each code once."""
    given = [(make.get("main_diagnosis_code"), make.get("main_diagnosis"))]
    given += [
        (code, text) for _, code, text in make.listed("other_diagnosis_code", "other_diagnosis")
    ]
    for field in ("external_cause", "pathology"):
        given.append((make.get(f"{field}_code"), make.get(field)))
    found = {code: text or "" for code, text in reversed(given) if code}
    order = dict.fromkeys(code for code, _ in given if code)
    return [
        make.condition(recorded, (kind, *key, code), code, found[code], person, visit)
        for code in order
    ]


def _procedures(make: _Maker, key: Sequence[object], person: str, visit: str) -> list[Named]:
    fields = ("procedure_code", "procedure", "procedure_at", "procedure_surgeon")
    return [
        (make.name("Procedure", *key, n), _filled({
            "resourceType": "Procedure", "status": "completed",
            "code": {"coding": [_filled({"system": ICD9CM3, "code": code, "display": text})], "text": text},
            "subject": {"reference": person}, "encounter": {"reference": visit},
            "performedDateTime": at.isoformat() if at else None,
            "performer": [{"actor": {"type": "Practitioner", "display": surgeon}}] if surgeon else [],
        }))
        for n, code, text, at, surgeon in make.listed(*fields)
    ]  # fmt: skip


def _allergy(make: _Maker, person: str) -> list[Named]:
    if not make.get("allergy"):
        return []
    system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
    return [(make.name("AllergyIntolerance", person, make.get("allergy")), {
        "resourceType": "AllergyIntolerance", "clinicalStatus": _coded(system, "active"),
        "category": ["medication"], "code": {"text": make.get("allergy")}, "patient": {"reference": person},
    })]  # fmt: skip


def _visit(make: _Maker, person: str) -> list[Named]:
    """An outpatient visit: Encounter, diagnoses, fees."""
    key = (make.get("visit_number"),)
    visit = make.name("Encounter", "visit", *key)
    diagnoses = _diagnoses(make, "visit", key, person, visit, recorded="visited_at")
    encounter: dict[str, Any] = {
        "resourceType": "Encounter",
        "identifier": [{"system": make.system("visit"), "value": make.get("visit_number")}],
        "status": "finished",
        "class": {"system": ACT, "code": VISITS[make.get("visit_kind") or "1"]},
        "serviceType": {"text": make.get("department")},
        "subject": {"reference": person},
        "period": {"start": make.moment("visited_at")},
        "reasonCode": [{"text": make.get("complaint")}] if make.get("complaint") else [],
        "participant": [_attender(make.get("doctor"))] if make.get("doctor") else [],
        "diagnosis": [{"condition": {"reference": name}, "rank": n} for n, (name, _) in enumerate(diagnoses, 1)],
    }  # fmt: skip
    treatment = [(make.name("Procedure", "visit", *key), {
        "resourceType": "Procedure", "status": "completed", "code": {"text": make.get("treatment")},
        "subject": {"reference": person}, "encounter": {"reference": visit},
        "performedDateTime": make.moment("visited_at"),
    })] if make.get("treatment") else []  # fmt: skip
    return [
        (visit, _filled(encounter)),
        *diagnoses,
        *treatment,
        *make.invoice(("visit", *key), person, "visited_at"),
    ]


def _result(make: _Maker, person: str) -> list[Named]:
    """One laboratory result: a quantity where the result is a number, else text."""
    loinc, code, text = make.get("loinc"), make.get("item_code"), make.get("item")
    codings = [{"system": "http://loinc.org", "code": loinc}] if loinc else []
    codings.append({"system": make.system("test"), "code": code, "display": text})
    flag, reported = make.get("flag"), make.moment("reported_at")
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "identifier": [{"system": make.system("report"), "value": make.get("report_number")}],
        "status": "final",
        "category": [
            _coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")
        ],
        "code": {"coding": codings, "text": text},
        "subject": {"reference": person},
        "effectiveDateTime": make.moment("sampled_at"),
        "issued": reported,
        **_measured(make.get("result"), make.get("unit")),
        "interpretation": [_coded(INTERPRETATION, flag)] if flag else [],
        "referenceRange": [{"text": make.get("range")}] if make.get("range") else [],
    }
    return [(make.name("Observation", make.get("report_number"), code), _filled(observation))]


def _measured(result: str, unit: str | None) -> dict[str, Any]:
    comparator = next((sign for sign in ("<=", ">=", "<", ">") if result.startswith(sign)), "")
    digits = result.removeprefix(comparator).strip()
    whole, _, part = digits.partition(".")
    if not (
        whole.isascii() and whole.isdigit() and (not part or part.isdigit()) and digits[-1:] != "."
    ):
        return {"valueString": f"{result} {unit or ''}".strip()}
    value = {"value": orjson.Fragment(f"{int(whole)}.{part}" if part else str(int(whole)))}
    return {"valueQuantity": _filled({**value, "comparator": comparator, "unit": unit})}


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _yuan(amount: Decimal) -> dict[str, Any]:
    return {"value": orjson.Fragment(str(amount)), "currency": "CNY"}


def _filled(value: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty."""
    return {key: each for key, each in value.items() if each not in (None, "", [], {})}


_MAKES: Mapping[str, Callable[[_Maker, str], list[Named]]] = {
    "stay": _stay,
    "visit": _visit,
    "result": _result,
}

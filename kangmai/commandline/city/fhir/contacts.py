"""Contacts as Encounters and their readings as Observations, one line of JSON each."""

from functools import cache

import numpy as np

from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import (
    CONTACT_KINDS,
    MEASUREMENT_KINDS,
    History,
    TownChunk,
)
from kangmai.commandline.city.fhir.pieces import (
    codeable,
    json,
    loinc,
    organizations_of,
    practitioners_of,
    status,
    times,
    uuid_texts,
)
from kangmai.commandline.city.history.record import diagnosis_codes

SERVICE_SYSTEM = "urn:kangmai:code-set:invented-service"


ENCOUNTER_TYPES = {
    "outpatient": ("AMB", "门诊"),
    "inpatient": ("IMP", "住院"),
    "check_up": ("AMB", "健康体检"),
    "antenatal": ("AMB", "产前检查"),
}
"""Class (HL7 v3 ActCode) and words of each kind of contact that is an Encounter."""


MEASURED = {
    "blood_pressure": ("vital-signs", "85354-9", "血压", "mmHg"),
    "fasting_glucose": ("laboratory", "14771-0", "空腹血糖", "mmol/L"),
    "body_height": ("vital-signs", "8302-2", "身高", "cm"),
    "body_weight": ("vital-signs", "29463-7", "体重", "kg"),
}  # fmt: skip


_SYSTOLIC = loinc("8480-6", "收缩压")


_DIASTOLIC = loinc("8462-4", "舒张压")


_ABSENT = f'"dataAbsentReason":{status("data-absent-reason", "not-performed")}'


def encounters(city: InventedCity, chunk: TownChunk, history: History) -> list[bytes]:
    """An Encounter for each contact, finished."""
    table = history.encounters
    people = np.array(uuid_texts(chunk.residents.patient_id), dtype=object)
    heads = _encounter_heads()
    reasons = [
        f',"reasonCode":[{codeable(each["icd10"], each["zh"])}]' for each in diagnosis_codes()
    ]
    reasons.append("")  # where NO_REASON, -1, leads
    organizations, staff = organizations_of(city), practitioners_of(city)
    rows = zip(
        uuid_texts(table.id),
        people[table.resident],
        table.kind.tolist(),
        times(table.started_at),
        times(table.ended_at),
        table.institution.tolist(),
        table.staff.tolist(),
        table.reason.tolist(),
        strict=True,
    )
    return [
        (
            f'{{"resourceType":"Encounter","id":"{id_}","status":"finished",'
            f'{heads[kind]},"subject":{{"reference":"Patient/{who}"}},'
            f'"participant":[{{"individual":{staff[doctor]}}}],'
            f'"period":{{"start":"{start}","end":"{end}"}}'
            f"{reasons[reason]}"
            f',"serviceProvider":{organizations[place]}}}'
        ).encode()
        for id_, who, kind, start, end, place, doctor, reason in rows
    ]


def observations(city: InventedCity, chunk: TownChunk, history: History) -> list[bytes]:
    """An Observation for each measurement; a diastolic not taken down has a reason for its absence."""
    table, contacts = history.measurements, history.encounters
    people = np.array(uuid_texts(chunk.residents.patient_id), dtype=object)
    visits = [
        f'"encounter":{{"reference":"Encounter/{each}"}},' for each in uuid_texts(contacts.id)
    ]
    visits.append("")  # where a reading without encounter, -1, leads
    organizations = organizations_of(city)
    heads = [_observation_head(kind) for kind in MEASUREMENT_KINDS]
    units = [MEASURED[kind][3] for kind in MEASUREMENT_KINDS]
    rows = zip(
        uuid_texts(table.id),
        people[table.resident],
        table.encounter.tolist(),
        table.kind.tolist(),
        times(table.at),
        table.value.tolist(),
        table.second.tolist(),
        table.institution.tolist(),
        strict=True,
    )
    return [
        (
            f'{{"resourceType":"Observation","id":"{id_}","status":"final",'
            f'{heads[kind]},"subject":{{"reference":"Patient/{who}"}},'
            f'{visits[visit]}"effectiveDateTime":"{at}",'
            f'"performer":[{organizations[place]}],'
            f"{_components(value, second) if kind == 0 else _quantity(value, units[kind])}}}"
        ).encode()
        for id_, who, visit, kind, at, value, second, place in rows
    ]


@cache
def _encounter_heads() -> dict[int, str]:
    """Class and type for each kind."""
    system = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    heads = {}
    for kind, (class_code, zh) in ENCOUNTER_TYPES.items():
        type_ = {"coding": [{"system": SERVICE_SYSTEM, "code": kind}], "text": zh}
        class_ = {"system": system, "code": class_code}
        heads[CONTACT_KINDS.index(kind)] = f'"class":{json(class_)},"type":[{json(type_)}]'
    return heads


def _observation_head(kind: str) -> str:
    category, code, zh, _ = MEASURED[kind]
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    categories = [{"coding": [{"system": system, "code": category}]}]
    return f'"category":{json(categories)},{loinc(code, zh)}'


def _quantity(value: float, unit: str) -> str:
    return (
        f'"valueQuantity":{{"value":{value:g},"unit":"{unit}",'
        f'"system":"http://unitsofmeasure.org","code":"{unit}"}}'
    )


def _components(systolic: float, diastolic: float) -> str:
    second = _ABSENT if diastolic != diastolic else _pressure(diastolic)
    return f'"component":[{{{_SYSTOLIC},{_pressure(systolic)}}},{{{_DIASTOLIC},{second}}}]'


def _pressure(value: float) -> str:
    return (
        f'"valueQuantity":{{"value":{value:.0f},"unit":"mmHg",'
        '"system":"http://unitsofmeasure.org","code":"mm[Hg]"}'
    )

"""Who reports, checks and reviews; what cards say. What matters is written in the test."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel.actor import Actor
from kangmai.programmes.monitoring import actions
from kangmai.programmes.monitoring.types import Card, Judgement
from kangmai.registry.types import OrganizationKind as K
from tests.factories import registry
from tests.programmes.births.factories import COUNTY, OPERATOR, VILLAGE, actor

AT = datetime.datetime(2026, 5, 4, 2, tzinfo=datetime.UTC)
REPORTER = ("monitoring.read", "monitoring.report")
CHECKER = ("monitoring.read", "monitoring.check", "deadlines.read")


@dataclass(frozen=True)
class Town:
    hospital: int
    other: int
    county: int
    city: int
    neighbour: int


def build() -> Town:
    make = registry.organization
    return Town(
        make(code="H1", name="区人民医院", kind=K.HOSPITAL, division_code=COUNTY).id,
        make(code="H2", name="区中医院", kind=K.HOSPITAL, division_code=COUNTY).id,
        make(code="M1", name="区妇幼保健院", kind=K.MATERNAL_CHILD, division_code=COUNTY, jurisdiction_code=COUNTY).id,
        make(code="M0", name="市妇幼保健院", kind=K.MATERNAL_CHILD, division_code="441200", jurisdiction_code="441200").id,
        make(code="M2", name="邻区妇幼保健院", kind=K.MATERNAL_CHILD, division_code="441203", jurisdiction_code="441203").id,
    )  # fmt: skip


def reporter(town: Town, **more: Any) -> Actor:
    return actor(town.hospital, *REPORTER, **{"account": 5, **more})


def colleague(town: Town) -> Actor:
    """Reports at another hospital of the county."""
    return actor(town.other, *REPORTER, account=6)


def county(town: Town, **more: Any) -> Actor:
    return actor(town.county, *CHECKER, **{"place": COUNTY, "account": 9, **more})


def city(town: Town, **more: Any) -> Actor:
    return actor(town.city, *CHECKER, **{"place": "441200", "account": 19, **more})


def next_door(town: Town) -> Actor:
    return actor(
        town.neighbour, *CHECKER, *REPORTER, "monitoring.assess", place="441203", account=8
    )


def expert(house: int, account: int) -> Actor:
    return actor(house, "monitoring.assess", place=COUNTY, account=account)


def resident(**changes: Any) -> Resident:
    usual = {"name": "林晓燕", "sex_code": "2", "birth_date": datetime.date(1996, 3, 1), "place_code": VILLAGE}  # fmt: skip
    return identity.register_resident(Demographics(**{**usual, **changes}), managing_org=None, actor=OPERATOR, at=AT)  # fmt: skip


DEFECT = {
    "born_on": "2026-05-01", "weeks": "39", "birth_weight": "3100", "sex": "1", "plurality": "1", "outcome": "live", "defects": ("06",),
    "found": "postnatal", "found_on": "2026-05-01", "basis": ("1",), "pregnancies": "2", "births": "1", "doctor": "李医生",
}  # fmt: skip
MATERNAL = {
    "died_on": "2026-05-02", "place": "2", "home": "1", "time": "delivery", "ended_on": "2026-05-01", "weeks": "39", "pregnancies": "2",
    "births": "2", "checks": "6", "first_check_week": "11", "delivery_place": "2", "delivery_way": "3", "cause": "01", "icd10": "O72.1",
    "basis": "3", "narrative": "林晓燕在区人民医院产后大出血，转诊途中休克。", "house": "区人民医院", "doctor": "李医生",
}  # fmt: skip
CHILD = {
    "born_on": "2026-04-30", "sex": "1", "weeks": "30", "birth_weight": "1250", "born_where": "2", "home": "1", "died_on": "2026-05-02",
    "place": "1", "treated": "1", "cause": "01", "icd10": "P07.3", "basis": "3", "narrative": "呼吸窘迫。", "doctor": "李医生",
}  # fmt: skip
GIVEN = {"birth_defect": DEFECT, "maternal_death": MATERNAL, "child_death": CHILD}


def reported(town: Town, kind: str, of: Resident, **changes: Any) -> Card:
    given = {**GIVEN[kind], **changes.pop("card", {})}
    usual = {"number": of.index_number, "name": of.demographics.name, "given": given, "key": uuid4(), "actor": reporter(town), "at": AT}  # fmt: skip
    return actions.report(kind=kind, **{**usual, **changes})


def judged(avoidable: str = "avoidable", **changes: Any) -> Judgement:
    usual = {"delays": ("receive",), "cells": ("health:knowledge",), "text": "输血延误"}
    return Judgement(avoidable, **{**usual, **changes})

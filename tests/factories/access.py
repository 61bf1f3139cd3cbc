"""Accounts with roles, and a small city of institutions with one resident each."""

import datetime
from dataclasses import dataclass
from typing import Any

import orjson

from kangmai.access import actions, actors
from kangmai.access.types import AccountView, ClientFacts
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.ids import OrganizationId, ResidentId, ResourceRowId
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from kangmai.registry.types import OrganizationKind
from tests.factories.registry import organization

AT = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC)
ADMIN = operator("test")
PASSWORD = "plum-kettle-42-river"
K = OrganizationKind


def later(**more: Any) -> datetime.datetime:
    """Some time after the usual moment of the tests."""
    return AT + datetime.timedelta(**more)


def account(login: str = "li.ping", **more: Any) -> AccountView:
    """An account whose password is PASSWORD."""
    usual = {"name": "李平", "password": PASSWORD, "must_change_password": False}
    return actions.add_account(login=login, actor=ADMIN, at=AT, **(usual | more))


def holder(
    role: str,
    organization_id: int | None = None,
    *,
    login: str = "",
    at: datetime.datetime = AT,
    **more: Any,
) -> AccountView:
    """An account that holds a role."""
    made = account(login or f"{role}.{organization_id or 0}", **more)
    actions.grant_role(
        account_id=made.id, role=role, organization_id=organization_id, actor=ADMIN, at=at
    )
    return made


def acting(role: str, organization_id: int | None = None, **more: Any) -> Actor:
    """The actor of a new account with a role."""
    return actors.actor_for_account(holder(role, organization_id, **more).id, at=AT)


def client(**changes: Any) -> tuple[Any, str]:
    """A registered program and its secret."""
    usual = {"client_id": "his-1", "name": "医院信息系统", "scopes": "system/*.rs"}
    facts = ClientFacts(**(usual | changes))
    return actions.register_client(facts=facts, actor=ADMIN, at=AT)


@dataclass(frozen=True)
class City:
    """Institutions by name; in each, one resident whose Patient it wrote and manages."""

    organizations: dict[str, int]
    residents: dict[str, int]
    patients: dict[str, str]
    rows: dict[str, int]


PLACES = {
    # name: (kind, division, jurisdiction, parent)
    "bureau": (K.BUREAU, "441200", "441200", None),
    "other_bureau": (K.BUREAU, "441203", "441203", "bureau"),
    "cdc": (K.CDC, "441202", "441202", "bureau"),
    "other_cdc": (K.CDC, "441203", "441203", "bureau"),
    "mch": (K.MATERNAL_CHILD, "441202", "441202", "bureau"),
    "hospital": (K.HOSPITAL, "441202001", "", "bureau"),
    "other_hospital": (K.HOSPITAL, "441202001", "", "bureau"),
    "town": (K.COMMUNITY_CENTRE, "441202001", "441202001", "bureau"),
    "other_town": (K.COMMUNITY_CENTRE, "441202003", "441202003", "bureau"),
    "village": (K.COMMUNITY_STATION, "441202001002", "441202001002", "town"),
    "sibling": (K.COMMUNITY_STATION, "441202001003", "441202001003", "town"),
    "far_village": (K.VILLAGE_CLINIC, "441203001001", "441203001001", "bureau"),
    "quality": (K.QUALITY_CENTRE, "441202", "441202", "bureau"),
    "supervision": (K.SUPERVISION, "441202", "441202", "bureau"),
    "laboratory": (K.LABORATORY, "441202", "", "bureau"),
}
LIVES = {
    # whose resident lives where; hospitals write about people of town 441202001 and of 441203
    "hospital": "441202001002",
    "other_hospital": "441203001001",
    "town": "441202001004",
    "other_town": "441202003003",
    "village": "441202001002",
    "sibling": "441202001003",
    "far_village": "441203001001",
}


def organizations() -> dict[str, int]:
    """Make the institutions; their ids by name."""
    made: dict[str, int] = {}
    for name, (kind, division, jurisdiction, parent) in PLACES.items():
        made[name] = organization(
            code=name.replace("_", "-"),
            name=f"机构{name}",
            kind=kind,
            division_code=division,
            jurisdiction_code=jurisdiction,
            parent_id=made[parent] if parent else None,
        ).id
    return made


def city() -> City:
    """Make the institutions, and a resident for each that has some."""
    made = organizations()
    residents = {name: 100 + number for number, name in enumerate(LIVES)}
    patients = {name: patient(made[name]) for name in LIVES}
    rows = {name: row_of(id) for name, id in patients.items()}
    for name in LIVES:
        records.place_subject(
            patients=[ResourceRowId(rows[name])],
            resident=ResidentId(residents[name]),
            place_code=LIVES[name],
            managing_org=OrganizationId(made[name]),
        )
    return City(made, residents, patients, rows)


def patient(organization_id: int) -> str:
    """A Patient written by an institution; its id."""
    return written(organization_id, {"resourceType": "Patient", "name": [{"text": "王芳"}]})


def written(organization_id: int, resource: dict[str, Any]) -> str:
    """A resource written by an institution; its id."""
    (outcome,) = records.transact(
        [Operation(Verb.CREATE, resource["resourceType"], raw=orjson.dumps(resource))],
        source=Source(name="test", organization=OrganizationId(organization_id)),
        actor=ADMIN,
        at=AT,
    )
    return outcome.id


def row_of(patient_id: str) -> int:
    """The row id of a Patient."""
    from kangmai.records import queries

    return queries.get("Patient", patient_id, actor=ADMIN, at=AT).rid

"""Every role, in every relation of institutions, at every door: pages, lists, search, FHIR, exports.

Whom a role sees stands in `MATRIX` of test_sight.py; here each door must show exactly those, or nobody to
roles that have no business behind it. A refusal names nobody.
"""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.test import Client as Browser

from kangmai.access import models
from kangmai.access.actors import token_hash
from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics
from kangmai.kernel.ids import OrganizationId
from kangmai.records.actions import run_one
from tests.access.test_sight import MATRIX
from tests.exchange.conftest import BASE, Client
from tests.exchange.conftest import _issue as operator_token
from tests.factories.access import ADMIN, LIVES, PASSWORD, holder, organizations, written

NAMES = dict(zip(LIVES, ("赵一", "钱二", "孙三", "李四", "周五", "吴六", "郑七"), strict=True))
WITHOUT_RECORDS = {
    "commission_officer",
    "administrator",
    "institution_administrator",
    "supervisor",
    "sampler",
    "storekeeper",
}
BY_MACHINE = {"integrator", "quality_centre"}
"""Roles that read records, and look nobody up by name."""
HOLDERS = [*MATRIX, ("resident", "village", {"village"})]
OF_SOME_TYPES = {"laboratory"}
"""Roles that read what a request and its result are made of, and no whole record."""
DIAGNOSIS = {"text": "慢性胃炎"}
tokens = count()


@pytest.fixture(scope="module")
def people(shared_database):
    """Institutions; a registered resident of each that has some, with one Observation; ids by name."""
    made = organizations()
    return made, {name: _person(name, made[name]) for name in LIVES}


def _person(name, organization_id):
    known = Demographics(
        name=NAMES[name], sex_code="2", birth_date=date(1960, 5, 1), place_code=LIVES[name]
    )
    now = datetime.now(UTC)
    resident = identity.register_resident(
        known, managing_org=OrganizationId(organization_id), actor=ADMIN, at=now
    )
    about = {"reference": f"Patient/{resident.patient_id}"}
    written(organization_id, {"resourceType": "Condition", "subject": about, "code": DIAGNOSIS})
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "血压"},
        "subject": about,
    }
    return resident, written(organization_id, observation)


@pytest.fixture(params=HOLDERS, ids=lambda case: f"{case[0]}-{case[1]}")
def case(request, people):
    """A role held in one institution: an account, and whom it may see."""
    role, where, expected = request.param
    account = models.Account.objects.filter(login=f"{role}.{where}").first()
    if account is None:
        account = _holder(role, where, people)
    return role, account.id, expected


def _holder(role, where, people):
    login, now = f"{role}.{where}", datetime.now(UTC)
    if role == "resident":
        return holder(role, login=login, at=now, resident_id=people[1][where][0].id)
    return holder(role, people[0][where], login=login, at=now)


def browser(account_id):
    """Somebody who has logged in."""
    made = Browser(SERVER_NAME="localhost")
    login = models.Account.objects.get(pk=account_id).login
    answer = made.post("/login/", {"login": login, "password": PASSWORD})
    assert answer.status_code == 302
    return made


def program(account_id):
    """A program with a token of a person, whose scopes ask for everything."""
    token, now = f"km_{next(tokens)}", datetime.now(UTC)
    models.AccessToken.objects.create(
        token_hash=token_hash(token),
        account_id=account_id,
        scopes="user/*.cruds",
        issued_at=now,
        expires_at=now + timedelta(hours=1),
    )
    return Client(token)


def seen_at(door, people):
    """The names of those for whom a door opens; a refusal must not name them."""
    found = set()
    for name, (resident, observation) in people[1].items():
        status, text = door(resident, observation)
        if status != 200:
            assert NAMES[name] not in text
        elif NAMES[name] in text or observation in text:
            found.add(name)
    return found


def test_record_pages(case, people):
    role, account_id, expected = case
    client = browser(account_id)

    def door(resident, _):
        answer = client.get(f"/residents/{resident.index_number}/")
        assert answer.status_code in (200, 403, 404)
        text = answer.content.decode()
        shown = answer.status_code == 200 and role not in OF_SOME_TYPES
        assert (DIAGNOSIS["text"] in text) == shown
        return answer.status_code, text

    closed = WITHOUT_RECORDS | BY_MACHINE
    assert seen_at(door, people) == (set() if role in closed else expected)


def test_lists_and_search(case, people):
    role, account_id, expected = case
    client = browser(account_id)

    def listed(resident, _):
        place = resident.demographics.place_code
        answer = client.get("/residents/", {"place": place})
        return answer.status_code, answer.content.decode()

    def searched(resident, _):
        answer = client.post("/search/suggestions/", {"text": resident.demographics.name})
        return answer.status_code, answer.content.decode()

    closed = WITHOUT_RECORDS | BY_MACHINE | {"resident"}
    for door in (listed, searched):
        assert seen_at(door, people) == (set() if role in closed else expected)


def test_fhir(case, people):
    role, account_id, expected = case
    fhir = program(account_id)

    def of(path):
        def door(resident, observation):
            answer = fhir("GET", path.format(patient=resident.patient_id, observation=observation))
            assert answer.status in (200, 403, 404)
            # the links of a bundle repeat what was asked for; what was found stands in its entries
            is_bundle = answer.json["resourceType"] == "Bundle"
            found = answer.json.get("entry", []) if is_bundle else answer.json
            text = json.dumps(found, ensure_ascii=False)
            assert DIAGNOSIS["text"] not in text or role not in OF_SOME_TYPES
            return answer.status, text

        return seen_at(door, people)

    reading = set() if role in WITHOUT_RECORDS else expected
    for path in (
        "Patient/{patient}",
        "Observation/{observation}",
        "Observation/{observation}/_history/1",
        "Observation/{observation}/_history",
        "Patient?_id={patient}",
        "Observation?patient=Patient/{patient}",
        "Observation?_id={observation}&_include=Observation:patient",
        "Patient?_id={patient}&_revinclude=Observation:patient",
        "Patient/{patient}/$everything",
    ):
        assert of(path) == reading, path
    diagnoses = fhir("GET", "Condition?_summary=count").json.get("total", 0)
    assert diagnoses == (0 if role in OF_SOME_TYPES else len(reading))
    total = fhir("GET", "Observation?_total=accurate&_summary=count")
    assert total.json.get("total", 0) == len(reading)


def test_nobody_exports_by_a_personal_token(case, people):
    _, account_id, _ = case
    fhir = program(account_id)
    for path in ("$export", "Patient/$export"):
        assert fhir("GET", path, headers={"Prefer": "respond-async"}).status == 403


@pytest.mark.parametrize("where", LIVES)
def test_export_of_an_institutions_program_holds_its_own_alone(people, where):
    made, known = people
    fhir = Client(operator_token("system/*.rs", organization=made[where]))
    for path in ("$export", "Patient/$export"):
        order = fhir("GET", path, headers={"Prefer": "respond-async"})
        assert run_one(now=lambda: datetime.now(UTC))
        manifest = fhir("GET", order.headers["Content-Location"].removeprefix(f"{BASE}/")).json
        parts = [fhir("GET", each["url"].removeprefix(f"{BASE}/")) for each in manifest["output"]]
        text = b"".join(each.body for each in parts).decode()
        found = {name for name, (_, observation) in known.items() if observation in text}
        named = {name for name in known if NAMES[name] in text}
        assert (found, named) == ({where}, {where})

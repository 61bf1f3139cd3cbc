"""Programs: registered, given a secret once, stopped, renewed; keys that cannot be used are refused."""

import json
import re

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from kangmai.access import queries
from kangmai.kernel.actor import operator
from kangmai.registry.types import OrganizationKind
from tests.factories import portal_town

FORM = {
    "client": "his-7",
    "name": "Ward system",
    "organization": "YY-441202-1",
    "scopes": "system/Patient.rs",
    "prefix": "",
    "keys": "",
    "validation": "enforce",
    "references": "warn",
    "label": ["1", "3"],
}
OWN = {"client": "dinghu-1", "organization": "WJ-441203"}


def key_of(pair, algorithm) -> dict:
    """The public key as a JWK."""
    return json.loads(algorithm.to_jwk(pair.public_key()))


EC = key_of(ec.generate_private_key(ec.SECP384R1()), jwt.algorithms.ECAlgorithm)
SHORT = key_of(
    rsa.generate_private_key(public_exponent=65537, key_size=1024), jwt.algorithms.RSAAlgorithm
)
OTHER_CURVE = key_of(ec.generate_private_key(ec.SECP256R1()), jwt.algorithms.ECAlgorithm)
PRIVATE = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1())))


def secret_on(answer) -> str:
    return re.search(r'id="secret">([^<]+)<', answer.content.decode())[1]


def token(client, secret, *, id="his-7"):
    form = {"grant_type": "client_credentials", "client_id": id, "client_secret": secret}
    return client.post("/oauth2/token", form)


def view(id="his-7"):
    return next(each for each in queries.clients(actor=operator("test")) if each.client_id == id)


def test_a_program_from_its_registration_to_its_end(enter):
    admin, program = enter("admin"), enter()
    made = admin.post("/programs/new/", FORM)
    assert made.status_code == 201
    secret = secret_on(made)
    assert secret not in admin.get(f"/programs/{view().id}/").content.decode()
    assert (view().scopes, view().labels) == ("system/Patient.rs", [0, 1, 3])
    assert token(program, secret).json()["scope"] == "system/Patient.rs"
    listed = admin.get("/programs/", {"text": "ward"}).content.decode()
    assert "his-7" in listed and "system/Patient.rs" in listed
    assert "No program fits" in admin.get("/programs/", {"text": "zz"}).content.decode()

    page = f"/programs/{view().id}/"
    old = view().version
    admin.post(f"{page}switch/", {"do": "disable", "version": old})
    assert token(program, secret).status_code == 401
    late = admin.post(f"{page}switch/", {"do": "enable", "version": old}, follow=True)
    assert "let in again" not in late.content.decode()
    admin.post(f"{page}switch/", {"do": "enable", "version": view().version})
    assert token(program, secret).status_code == 200

    renewed = admin.post(f"{page}proof/", {"do": "secret", "version": view().version})
    assert token(program, secret).status_code == 401
    assert token(program, secret_on(renewed)).status_code == 200
    keys = {"do": "keys", "keys": json.dumps({"keys": [EC]}), "version": view().version}
    assert admin.post(f"{page}proof/", keys).status_code == 302
    assert token(program, secret_on(renewed)).status_code == 401
    assert view().signs


def test_a_program_with_keys_has_no_secret_to_show(enter):
    made = enter("admin").post(
        "/programs/new/", FORM | {"client": "signs-1", "keys": json.dumps(EC)}, follow=True
    )
    assert "private_key_jwt" in made.content.decode()
    assert 'id="secret"' not in made.content.decode()
    assert view("signs-1").signs


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client": "Big Letters"}, "not"),
        ({"name": " "}, "A name of at most 64"),
        ({"scopes": ""}, "give at least one"),
        ({"scopes": "patient/*.rs"}, "system/ scopes only"),
        ({"scopes": "system/Nothing.rs"}, "FHIR R4 has no type Nothing"),
        ({"organization": "no-such"}, "no-such"),
        ({"organization": ""}, "Your role does not include"),
        ({"prefix": "-x"}, "prefix of ids"),
        ({"prefix": "x" * 33}, "prefix of ids"),
        ({"keys": "{"}, "this is not JSON"),
        ({"keys": "[]"}, "one to 10 keys"),
        ({"keys": '{"keys": [1]}'}, "key 1 is neither"),
        ({"keys": json.dumps(SHORT)}, "key 1 is neither"),
        ({"keys": json.dumps({"keys": [EC, OTHER_CURVE]})}, "key 2 is neither"),
        ({"keys": json.dumps(PRIVATE)}, "private key"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_is_registered(enter, change, said):
    answer = enter("admin").post("/programs/new/", FORM | {"client": "wrong-1"} | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not queries.clients(text="wrong-1", actor=operator("test"))


def test_an_id_or_a_prefix_twice_is_refused(enter):
    admin = enter("admin")
    admin.post("/programs/new/", FORM | {"client": "twice-1", "prefix": "tw-"})
    for change in ({"client": "twice-1"}, {"client": "twice-2", "prefix": "tw-"}):
        assert admin.post("/programs/new/", FORM | change).status_code == 422


def test_an_administrator_of_another_district_sees_and_changes_none_of_them(enter):
    enter("admin").post("/programs/new/", FORM | {"client": "duanzhou-1"})
    held, other = view("duanzhou-1"), enter("dinghu_admin")
    assert "duanzhou-1" not in other.get("/programs/").content.decode()
    page = f"/programs/{held.id}/"
    assert other.get(page).status_code == 403
    for path, do in (("switch", "disable"), ("proof", "secret")):
        assert other.post(f"{page}{path}/", {"do": do, "version": held.version}).status_code == 403
    assert other.post("/programs/new/", FORM | {"client": "across-1"}).status_code == 422
    assert other.post("/programs/new/", FORM | OWN).status_code == 201
    assert view("duanzhou-1") == held


@pytest.fixture(scope="module", autouse=True)
def administrator_of_dinghu(town):
    bureau = portal_town._institution(
        "WJ-441203", "鼎湖区卫生健康局", "Dinghu Health Bureau", OrganizationKind.BUREAU, "441203",
        jurisdiction_code="441203",
    )  # fmt: skip
    portal_town._account("dinghu_admin", "林管", "administrator", bureau)


@pytest.mark.parametrize("login", ["officer", "village", "clinician", "liang"])
def test_nobody_else_registers_stops_or_renews(enter, login):
    enter("admin").post("/programs/new/", FORM | {"client": f"guarded-{login}"})
    held, other = view(f"guarded-{login}"), enter(login)
    assert other.post("/programs/new/", FORM | {"client": f"by-{login}"}).status_code == 403
    for path, do in (("switch", "disable"), ("proof", "secret")):
        answer = other.post(f"/programs/{held.id}/{path}/", {"do": do, "version": held.version})
        assert answer.status_code == 403
    assert view(f"guarded-{login}") == held

"""The token endpoint as programs use it: RFC 6749 and SMART backend services."""

import base64
import json
from urllib.parse import quote_plus

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from django.test import RequestFactory

from kangmai.access import actors
from kangmai.exchange.oauth import views
from tests.factories.access import client

HOST = "127.0.0.1"
AUDIENCE = f"http://{HOST}/oauth2/token"


def ask(form=None, *, basic=None, method="post", **headers):
    if basic:
        pair = ":".join(quote_plus(part) for part in basic)
        headers["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(pair.encode()).decode()
    request = getattr(RequestFactory(), method)("/oauth2/token", form, HTTP_HOST=HOST, **headers)
    response = views.token(request)
    return response, json.loads(response.content)


def credentials(**more):
    return {"grant_type": "client_credentials"} | more


def test_client_secret_basic(database):
    _, secret = client(scopes="system/Patient.rs")
    response, body = ask(credentials(scope="system/Patient.r"), basic=("his-1", secret))
    assert response.status_code == 200
    assert (body["token_type"], body["scope"], body["expires_in"]) == (
        "Bearer",
        "system/Patient.r",
        3600,
    )
    assert (response["Cache-Control"], response["Pragma"]) == ("no-store", "no-cache")
    actor = actors.actor_for_token(body["access_token"], at=now())
    assert actor.client == "his-1"


def test_client_secret_post(database):
    _, secret = client()
    _, body = ask(credentials(client_id="his-1", client_secret=secret))
    assert body["scope"] == "system/*.rs"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        (credentials(client_id="his-1", client_secret="wrong"), 401, "invalid_client"),
        (credentials(client_id="nobody", client_secret="wrong"), 401, "invalid_client"),
        (credentials(client_id=["his-1", "his-2"]), 400, "invalid_request"),
        (credentials(client_assertion="x"), 400, "invalid_request"),
        (
            credentials(client_assertion="x", client_assertion_type=views.JWT_BEARER),
            401,
            "invalid_client",
        ),
    ],
)
def test_errors_as_the_rfc_names_them(database, form, status, error):
    client()
    response, body = ask(form)
    assert (response.status_code, body["error"]) == (status, error)
    assert body["error_description"]
    assert response.has_header("WWW-Authenticate") is (status == 401)


def test_scope_beyond_the_registration_is_refused(database):
    _, secret = client(scopes="system/Patient.rs")
    response, body = ask(credentials(scope="system/*.rs"), basic=("his-1", secret))
    assert (response.status_code, body["error"]) == (400, "invalid_scope")


def test_two_ways_at_once_get_and_garbage_are_refused(database):
    _, secret = client()
    both = ask(credentials(client_id="his-1", client_secret=secret), basic=("his-1", secret))
    assert both[1]["error"] == "invalid_request"
    assert ask(method="get")[1]["error"] == "invalid_request"
    garbage = ask(credentials(), HTTP_AUTHORIZATION="Basic %%%")
    assert garbage[1]["error"] == "invalid_client"


def now():
    from datetime import UTC, datetime

    return datetime.now(UTC)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return b64(value.to_bytes((value.bit_length() + 7) // 8))


EC = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = ec.generate_private_key(ec.SECP384R1())
POINT = EC.public_key().public_numbers()
MODULUS = RSA.public_key().public_numbers()
JWKS = {
    "keys": [
        {"kty": "EC", "crv": "P-384", "kid": "e1", "x": number(POINT.x), "y": number(POINT.y)},
        {"kty": "RSA", "kid": "r1", "n": number(MODULUS.n), "e": number(MODULUS.e)},
    ]
}


def assertion(*, key=EC, kid="e1", alg="ES384", hash=None, **changes):
    claims = {
        "iss": "his-1",
        "sub": "his-1",
        "aud": AUDIENCE,
        "jti": "one",
        "exp": int(now().timestamp()) + 240,
    } | changes
    header = {"alg": alg, "kid": kid, "typ": "JWT"}
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    if alg == "ES384":
        r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hash or SHA384())))
        return f"{signed}.{b64(r.to_bytes(48) + s.to_bytes(48))}"
    if alg == "RS384":
        return f"{signed}.{b64(key.sign(signed.encode(), padding.PKCS1v15(), hash or SHA384()))}"
    return f"{signed}."


def ask_by_assertion(text):
    form = credentials(client_assertion=text, client_assertion_type=views.JWT_BEARER)
    response, body = ask(form)
    return response.status_code, body


@pytest.mark.parametrize(
    "way", [{}, {"key": RSA, "kid": "r1", "alg": "RS384"}, {"aud": [AUDIENCE, "https://other"]}]
)
def test_private_key_jwt(database, way):
    _, secret = client(jwks=JWKS)
    assert secret == ""
    status, body = ask_by_assertion(assertion(**way))
    assert (status, body["token_type"]) == (200, "Bearer")


def test_assertion_works_once(database):
    client(jwks=JWKS)
    signed = assertion()
    assert ask_by_assertion(signed)[0] == 200
    assert ask_by_assertion(signed)[0] == 401
    assert ask_by_assertion(assertion(jti="two"))[0] == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": OTHER},
        {"hash": SHA256()},
        {"alg": "none"},
        {"alg": "RS384", "key": RSA, "kid": "e1"},
        {"kid": "unknown"},
        {"iss": "his-2"},
        {"sub": "his-2"},
        {"aud": "https://elsewhere/token"},
        {"aud": None},
        {"exp": int(now().timestamp()) - 1},
        {"exp": int(now().timestamp()) + 3600},
        {"exp": "soon"},
        {"jti": ""},
        {"jti": "x" * 300},
        {"jti": None},
    ],
)
def test_wrong_assertions_are_refused(database, wrong):
    client(jwks=JWKS)
    status, body = ask_by_assertion(assertion(**wrong))
    assert (status, body["error"]) == (401, "invalid_client")


def test_altered_claims_are_refused(database):
    client(jwks=JWKS)
    header, _, signature = assertion().split(".")
    claims = b64(json.dumps({"iss": "his-1", "sub": "his-1", "aud": AUDIENCE}).encode())
    assert ask_by_assertion(f"{header}.{claims}.{signature}")[0] == 401


def test_program_with_keys_has_no_secret(database):
    client(jwks=JWKS)
    assert ask(credentials(client_id="his-1", client_secret=""))[0].status_code == 401


def test_configuration_names_the_endpoint():
    request = RequestFactory().get("/.well-known/smart-configuration", HTTP_HOST=HOST)
    body = json.loads(views.configuration(request).content)
    assert body["token_endpoint"] == AUDIENCE
    assert "private_key_jwt" in body["token_endpoint_auth_methods_supported"]
    assert "permission-v2" in body["capabilities"]

"""The token endpoint, and the page where programs read how to use it.

Source: RFC 6749, 4.4 (client credentials), 2.3.1 (client authentication), 5.1 and 5.2 (answers);
SMART App Launch 2.2, Backend Services, https://hl7.org/fhir/smart-app-launch/backend-services.html
"""

import base64
import binascii
from datetime import UTC, datetime
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from kangmai.access import actions
from kangmai.access.errors import (
    ClientRefused,
    GrantTypeUnsupported,
    RequestMalformed,
    ScopeRefused,
)
from kangmai.access.types import IssuedToken
from kangmai.kernel.errors import KangmaiError

TOKEN_PATH = "/oauth2/token"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ERRORS: dict[type[KangmaiError], tuple[int, str]] = {
    ClientRefused: (401, "invalid_client"),
    ScopeRefused: (400, "invalid_scope"),
    GrantTypeUnsupported: (400, "unsupported_grant_type"),
    RequestMalformed: (400, "invalid_request"),
}


@csrf_exempt  # programs come without cookies, and authenticate in the request itself
def token(request: HttpRequest) -> HttpResponse:
    """POST /oauth2/token"""
    try:
        issued = _issue(request)
    except tuple(ERRORS) as error:
        return _refused(error)
    body = {
        "access_token": issued.token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in_seconds,
        "scope": issued.scope,
    }
    return _uncached(JsonResponse(body))


def configuration(request: HttpRequest) -> HttpResponse:
    """GET /.well-known/smart-configuration"""
    return JsonResponse(smart_configuration(request.build_absolute_uri("/").rstrip("/")))


def smart_configuration(origin: str) -> dict[str, object]:
    """What SMART calls the well-known configuration, for the origin `https://host`."""
    return {
        "token_endpoint": f"{origin}{TOKEN_PATH}",
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
        ],
        "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": ["system/*.cruds", "system/*.rs"],
        "capabilities": [
            "client-confidential-symmetric",
            "client-confidential-asymmetric",
            "permission-v1",
            "permission-v2",
        ],
    }


def _issue(request: HttpRequest) -> IssuedToken:
    if request.method != "POST":
        raise RequestMalformed(reason="use POST")
    form = request.POST
    if any(len(form.getlist(name)) > 1 for name in form):
        raise RequestMalformed(reason="a parameter stands twice")
    grant_type = form.get("grant_type", "")
    if grant_type != "client_credentials":
        if not grant_type:
            raise RequestMalformed(reason="grant_type is missing")
        raise GrantTypeUnsupported(grant_type=grant_type[:40])
    at, scope = datetime.now(UTC), form.get("scope", "")
    if "client_assertion" in form:
        if form.get("client_assertion_type") != JWT_BEARER:
            raise RequestMalformed(reason=f"client_assertion_type must be {JWT_BEARER}")
        audience = request.build_absolute_uri(TOKEN_PATH)
        return actions.issue_token_by_assertion(
            assertion=form["client_assertion"], audience=audience, scope=scope, at=at
        )
    client_id, secret = _credentials(request)
    return actions.issue_token_by_secret(client_id=client_id, secret=secret, scope=scope, at=at)


def _credentials(request: HttpRequest) -> tuple[str, str]:
    """Id and secret from the Authorization header or the body, one of the two."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    if scheme.lower() != "basic" or "client_secret" in request.POST:
        raise RequestMalformed(reason="authenticate once: Basic, or client_secret in the body")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ClientRefused() from None
    return unquote_plus(client_id), unquote_plus(secret)


def _refused(error: KangmaiError) -> HttpResponse:
    status, code = ERRORS[type(error)]
    response = JsonResponse(
        {"error": code, "error_description": error.message("en")}, status=status
    )
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="kangmai"'
    return _uncached(response)


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response

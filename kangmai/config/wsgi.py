"""The one WSGI application: health first, machines before Django, then pages."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from django.core.wsgi import get_wsgi_application

from kangmai.config import warming
from kangmai.exchange.fhir_rest.door import BASE as FHIR
from kangmai.exchange.fhir_rest.door import application as fhir
from kangmai.exchange.hl7v2.door import PATH as HL7V2
from kangmai.exchange.hl7v2.door import application as hl7v2
from kangmai.exchange.metrics.door import PATH as METRICS
from kangmai.exchange.metrics.door import application as metrics
from kangmai.exchange.scans.door import BASE as SCANS
from kangmai.exchange.scans.door import application as scans
from kangmai.kernel.connections import close_own, own_connection

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request."""
    path = environ.get("PATH_INFO", "")
    if path.startswith(FHIR):
        return fhir(environ, start_response)
    if path == HL7V2:
        return hl7v2(environ, start_response)
    if path.startswith(SCANS):
        return scans(environ, start_response)
    if path == METRICS:
        return metrics(environ, start_response)
    if path == "/healthz":
        return _state(start_response, "200 OK", "alive")
    if path == "/readyz":
        return _ready(start_response)
    return django(environ, start_response)


def _ready(start_response: StartResponse) -> Iterable[bytes]:
    """Ready when the database answers."""
    try:
        own_connection().execute("SELECT 1")
    except psycopg.Error:
        close_own()
        return _state(start_response, "503 Service Unavailable", "no database")
    warming.begin()
    return _state(start_response, "200 OK", "ready")


def _state(start_response: StartResponse, status: str, word: str) -> Iterable[bytes]:
    body = json.dumps({"status": word}).encode()
    start_response(
        status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]

"""`/metrics`: figures of the whole house for who has the token; no ids, nothing of people."""

import re

import pytest
from django.conf import settings

from kangmai.exchange.metrics.door import application
from tests.factories.fhir import patient

LINE = re.compile(r'[a-z0-9_]+(\{[a-z0-9_]+="[^"]*"(,[a-z0-9_]+="[^"]*")*\})? [0-9.e+-]+')


def scrape(token: str | None) -> tuple[str, str]:
    started = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/metrics"}
    if token is not None:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    body = b"".join(application(environ, lambda status, headers: started.append(status)))
    return started[0], body.decode()


@pytest.fixture
def figures(fhir, monkeypatch):
    monkeypatch.setattr(settings, "METRICS_TOKEN", "monitor")

    def read() -> dict[str, float]:
        status, text = scrape("monitor")
        assert status == "200 OK", text
        found = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                assert LINE.fullmatch(line), line
                name, _, value = line.rpartition(" ")
                found[name] = float(value)
        return found

    return read


def test_requests_are_counted_by_route_and_status_and_added_up(fhir, figures):
    before = figures()
    id = fhir("POST", "Patient", patient()).id
    for _ in range(3):
        fhir("GET", f"Patient/{id}")
    fhir("GET", "Patient/nobody")
    fhir("GET", "no/such/place/at/all")
    after = figures()

    def more(route: str, status: int) -> float:
        name = f'kangmai_fhir_request_seconds_count{{route="{route}",status="{status}"}}'
        return after.get(name, 0) - before.get(name, 0)

    assert (more("POST T", 201), more("GET T/I", 200), more("GET T/I", 404)) == (1, 3, 1)
    assert more("other", 404) == 1
    all_of = 'kangmai_fhir_request_seconds_bucket{route="GET T/I",status="200",le="+Inf"}'
    assert after[all_of] - before.get(all_of, 0) == 3
    assert after["kangmai_versions_written_total"] > before["kangmai_versions_written_total"]
    assert after["kangmai_database_bytes"] > 1e6
    assert not any(id in name for name in after)


def test_only_with_the_token(database, monkeypatch):
    monkeypatch.setattr(settings, "METRICS_TOKEN", "")
    assert scrape("")[0].startswith("404")
    monkeypatch.setattr(settings, "METRICS_TOKEN", "monitor")
    assert scrape(None)[0].startswith("401")
    assert scrape("other")[0].startswith("401")

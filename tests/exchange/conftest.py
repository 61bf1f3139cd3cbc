"""A client that speaks to the FHIR door as WSGI does, with real tokens."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

BASE = "http://testserver/fhir/R4"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.json["id"]

    @property
    def issues(self) -> list[dict[str, Any]]:
        return self.json["issue"]


@dataclass(frozen=True)
class Client:
    """One program with one token."""

    token: str | None

    def __call__(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None
    ) -> Answer:
        from kangmai.exchange.fhir_rest.door import application

        address, _, query = path.partition("?")
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/fhir/R4/{address}".rstrip("/"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(raw)),
            "wsgi.input": io.BytesIO(raw),
            "wsgi.url_scheme": "http",
            "HTTP_HOST": "testserver",
            "HTTP_ACCEPT_LANGUAGE": "en",
        }
        if raw:
            environ["CONTENT_TYPE"] = "application/fhir+json"
        if self.token:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        for name, value in (headers or {}).items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        started: list[Any] = []
        parts = application(environ, lambda status, headers: started.append((status, headers)))
        (status, sent), *_ = started
        return Answer(int(status.split()[0]), dict(sent), b"".join(parts))


def _issue(
    scope: str = "system/*.cruds", *, organization: int | None = None, ttl: int = 3600
) -> str:
    from kangmai.access.actions import issue_operator_token
    from kangmai.kernel.actor import operator

    return issue_operator_token(
        scope=scope,
        organization_id=organization,
        ttl_seconds=ttl,
        actor=operator("test"),
        at=datetime.now(UTC),
    ).token


@pytest.fixture
def token(database: str) -> Callable[..., str]:
    """Issue a token for a scope, of the whole city or of one institution."""
    return _issue


@pytest.fixture
def fhir(token: Callable[..., str]) -> Client:
    """A program that may do everything in the whole city."""
    return Client(token())


@pytest.fixture(scope="module")
def shared_token(shared_database: str) -> Callable[..., str]:
    """As `token`, on one database for a module whose tests look only at what they made themselves."""
    return _issue


@pytest.fixture(scope="module")
def shared_fhir(shared_token: Callable[..., str]) -> Client:
    """As `fhir`, on the same database. A module uses these two or the other two, never both."""
    return Client(shared_token())

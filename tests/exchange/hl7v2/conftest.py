"""A hospital and its neighbour, each with a registered program, and messages as their systems send them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from kangmai.exchange.hl7v2.types import Answer


@dataclass(frozen=True)
class Hospital:
    """One institution with a program that sends HL7 v2."""

    code: str
    id: int
    program: str

    def send(self, text: str, *, encoding: str = "utf-8") -> Answer:
        from kangmai.access.actors import actor_for_program
        from kangmai.exchange.hl7v2.actions import receive

        at = datetime.now(UTC)
        actor, source = actor_for_program(self.program, at=at)
        return receive(text.encode(encoding), source=source, actor=actor, at=at)

    def search(self, query: str) -> list[dict[str, Any]]:
        """What the hospital's own program finds."""
        from kangmai.access.actors import actor_for_program
        from kangmai.records import queries

        at = datetime.now(UTC)
        actor, _ = actor_for_program(self.program, at=at)
        kind, _, parameters = query.partition("?")
        page = queries.search(kind, parameters, actor=actor, at=at)
        return [json.loads(each.body) for each in page.matches]


def hospital(code: str, **scopes: str) -> Hospital:
    from kangmai.access import actions
    from kangmai.access.types import ClientFacts
    from kangmai.kernel.actor import operator
    from tests.factories import registry

    institution = registry.organization(code=code, name=f"{code}医院")
    program = f"his-{code.lower()}"
    facts = ClientFacts(
        client_id=program,
        name=program,
        organization_id=institution.id,
        scopes=scopes.get("scopes", "system/*.cruds"),
    )
    actions.register_client(facts=facts, actor=operator("test"), at=datetime.now(UTC))
    return Hospital(code, institution.id, program)


@pytest.fixture(scope="module")
def sender(shared_database: str) -> Hospital:
    """The hospital H7."""
    return hospital("H7")


@pytest.fixture(scope="module")
def neighbour(shared_database: str) -> Hospital:
    """The hospital H8, which must not touch what H7 sends."""
    return hospital("H8")


_numbers = iter(range(1, 10_000))


def message(event: str, *segments: str, control: str = "", **header: str) -> str:
    """A message with a header as H7 writes it; fields of the header by name."""
    given = {
        "application": "HIS",
        "facility": "H7",
        "processing": "P",
        "version": "2.5.1",
        "charset": "UTF-8",
    }
    given |= header
    control = control or f"C{next(_numbers)}"
    head = (
        f"MSH|^~\\&|{given['application']}|{given['facility']}|KANGMAI|KM|20261120083000||{event}|{control}"
        f"|{given['processing']}|{given['version']}||||||{given['charset']}"
    )
    return "\r".join([head, *segments]) + "\r"


PID = (
    "PID|1||{number}^^^H7^MR~441202199001011025^^^MPS^NI||梁^秀英^^^^^L||19900101|F|||前进路1号^^端州^广东^526040"
    "^CHN^H^^441202||13800138000^PRN^CP|||M"
)
PV1 = f"PV1|1|I|内科^301^2{'|' * 4}1001^陈^慧敏{'|' * 12}V{{number}}{'|' * 25}20261120081500"


@pytest.fixture
def count() -> Callable[[], dict[str, int]]:
    """How many rows the record and the ledger hold, to prove that nothing was written."""

    def counted() -> dict[str, int]:
        from django.db import connection

        tables = ("res", "hist", "log", "tok", "ref", "records_ledger")
        with connection.cursor() as cursor:
            found = {}
            for name in tables:
                cursor.execute(f"SELECT count(*) FROM {name}")
                found[name] = cursor.fetchone()[0]
        return found

    return counted

"""Rows as the rest of the house sees them, and what a certificate says sealed and opened."""

import datetime
from typing import Any

import orjson

from kangmai.kernel import sealing
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.deaths import models
from kangmai.programmes.deaths.types import Cause, Certificate, Deed, Line, State, Step, Told


def _bound(id: object) -> bytes:
    return f"deaths.certificate|{id}".encode()


def seal_told(id: object, told: Told) -> tuple[int, bytes]:
    """What a certificate says, bound to it: key and sealed text."""
    return sealing.seal(orjson.dumps(told), bound_to=_bound(id))


def told_of(row: models.Certificate) -> Told:
    """What a certificate says now."""
    plain: dict[str, Any] = orjson.loads(
        sealing.unseal(row.content_key, bytes(row.content), bound_to=_bound(row.id))
    )
    causes = tuple(Cause(**{**each, "line": Line(each["line"])}) for each in plain["causes"])
    return Told(
        **{
            **plain,
            "died_at": datetime.datetime.fromisoformat(plain["died_at"]),
            "causes": causes,
            "underlying": Line(plain["underlying"]),
        }
    )


def certificate_of(row: models.Certificate) -> Certificate:
    """A certificate with what it says and what was done with it."""
    return Certificate(
        id=row.id,
        number=row.number,
        resident=ResidentId(row.resident_id),
        organization=OrganizationId(row.organization),
        place_code=row.place_code,
        died_on=row.died_on,
        told=told_of(row),
        underlying=row.underlying,
        rule=row.rule,
        is_suggested=row.is_suggested,
        is_late=row.is_late,
        state=State(row.state),
        issued_at=row.issued_at,
        account=row.account,
        steps=tuple(
            Step(Deed(each.deed), each.account, each.at, each.reason)
            for each in row.steps.order_by("id")
        ),
        version=row.version,
    )

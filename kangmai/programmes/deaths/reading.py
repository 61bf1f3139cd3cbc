"""Rows as the rest of the house sees them, and what a certificate says sealed and opened."""

import datetime
from typing import Any

import orjson

from kangmai.kernel import sealing
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.deaths import models
from kangmai.programmes.deaths.types import (
    Cause,
    Certificate,
    Deceased,
    Deed,
    Line,
    State,
    Step,
    Told,
)


def _bound(id: object) -> bytes:
    return f"deaths.certificate|{id}".encode()


def seal_content(id: object, deceased: Deceased, told: Told) -> tuple[int, bytes]:
    """Whom a certificate names and what it says, bound to it: key and sealed text."""
    content = orjson.dumps({"deceased": deceased, "told": told})
    return sealing.seal(content, bound_to=_bound(id))


def content_of(row: models.Certificate) -> tuple[Deceased, Told]:
    """Whom a certificate names and what it says now."""
    plain: dict[str, Any] = orjson.loads(
        sealing.unseal(row.content_key, bytes(row.content), bound_to=_bound(row.id))
    )
    who, said = plain["deceased"], plain["told"]
    born = datetime.date.fromisoformat(who["born_on"]) if who["born_on"] else None
    causes = tuple(Cause(**{**each, "line": Line(each["line"])}) for each in said["causes"])
    told = Told(
        **{
            **said,
            "died_at": datetime.datetime.fromisoformat(said["died_at"]),
            "causes": causes,
            "underlying": Line(said["underlying"]),
        }
    )
    return Deceased(who["name"], who["sex_code"], born), told


def certificate_of(row: models.Certificate) -> Certificate:
    """A certificate with what it says and what was done with it."""
    deceased, told = content_of(row)
    return Certificate(
        id=row.id,
        number=row.number,
        resident=ResidentId(row.resident_id),
        organization=OrganizationId(row.organization),
        place_code=row.place_code,
        died_on=row.died_on,
        deceased=deceased,
        told=told,
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

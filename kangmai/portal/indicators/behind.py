"""The rows behind a figure, each as the room that owns it shows it to this actor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId
from kangmai.portal.indicators.presenters import area_name
from kangmai.programmes.engine import queries as programmes
from kangmai.registry import queries as registry


@dataclass(frozen=True, slots=True)
class BehindRow:
    """One line: a name, where it belongs, and where it is opened."""

    name: str
    number: str
    place: str
    address: str


Reader = Callable[[Sequence[str], Actor, datetime], list[BehindRow]]


def _enrolments(ids: Sequence[str], actor: Actor, at: datetime) -> list[BehindRow]:
    return [
        BehindRow(each.name, each.index_number, area_name(each.place_code), reverse("resident", args=[each.index_number]))
        for each in programmes.enrolments_by_id(ids, actor=actor, at=at)
    ]  # fmt: skip


def _residents(ids: Sequence[str], actor: Actor, at: datetime) -> list[BehindRow]:
    found = identity.residents_by_id([ResidentId(int(id)) for id in ids], actor=actor, at=at)
    return [
        BehindRow(
            each.demographics.name,
            each.index_number,
            area_name(each.demographics.place_code),
            reverse("resident", args=[each.index_number]),
        )
        for _id, each in sorted(found.items())
    ]


def _institutions(ids: Sequence[str], actor: Actor, at: datetime) -> list[BehindRow]:
    found = registry.organizations_by_id(ids={int(id) for id in ids}, actor=actor)
    names = registry.names_by_id(ids=set(found), language=get_language() or "zh")
    return [
        BehindRow(names[id], each.code, area_name(each.division_code), reverse("institution", args=[id]))
        for id, each in sorted(found.items())
    ]  # fmt: skip


READERS: dict[str, Reader] = {
    "enrolment": _enrolments,
    "resident": _residents,
    "institution": _institutions,
}


def rows(opens: str, ids: Sequence[str], *, actor: Actor, at: datetime) -> list[BehindRow]:
    """Those of the rows that the actor may see. Raises NotPermitted where he may see none of the kind."""
    return READERS[opens](ids, actor, at)

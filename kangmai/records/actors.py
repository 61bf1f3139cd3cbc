"""An actor as JSON and back: what is done later is done with the sight its orderer had."""

from typing import Any

from kangmai.kernel.actor import Actor, DataScope, Grant, Label, PlaceRange, Purpose
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId


def to_json(actor: Actor) -> dict[str, Any]:
    """Plain data of an actor."""
    scope = actor.scope
    return {
        "account": actor.account,
        "name": actor.name,
        "client": actor.client,
        "purpose": actor.purpose.value,
        "grants": [
            {
                "role": grant.role,
                "organization": grant.organization,
                "places": _pairs(grant.places),
                "permissions": sorted(grant.permissions),
            }
            for grant in actor.grants
        ],
        "scope": {
            "everything": scope.everything,
            "places": _pairs(scope.places),
            "organizations": sorted(scope.organizations),
            "residents": sorted(scope.residents),
            "labels": sorted(int(label) for label in scope.labels),
            "objections": sorted(scope.objections),
        },
    }


def from_json(data: dict[str, Any]) -> Actor:
    """The actor that `to_json` wrote down."""
    grants = tuple(
        Grant(
            each["role"],
            None if each["organization"] is None else OrganizationId(each["organization"]),
            _ranges(each["places"]),
            frozenset(each["permissions"]),
        )
        for each in data["grants"]
    )
    scope = data["scope"]
    return Actor(
        AccountId(data["account"]),
        data["name"],
        grants,
        Purpose(data["purpose"]),
        DataScope(
            everything=scope["everything"],
            places=_ranges(scope["places"]),
            organizations=frozenset(map(OrganizationId, scope["organizations"])),
            residents=frozenset(map(ResidentId, scope["residents"])),
            labels=frozenset(map(Label, scope["labels"])),
            objections=frozenset(map(ResidentId, scope["objections"])),
        ),
        data["client"],
    )


def _pairs(places: tuple[PlaceRange, ...]) -> list[list[str]]:
    return [[place.low, place.high] for place in places]


def _ranges(pairs: list[list[str]]) -> tuple[PlaceRange, ...]:
    return tuple(PlaceRange(low, high) for low, high in pairs)

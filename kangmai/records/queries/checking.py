"""Say whether a resource could be stored, or whether it is what a profile asks, without storing it.

Source: FHIR R4, https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

import psycopg

from kangmai.kernel.actor import Actor, NotPermitted
from kangmai.kernel.connections import reading
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.records import rules
from kangmai.records.errors import (
    ReadOnlyProjection,
    ResourceGone,
    ResourceNotFound,
    WrongId,
    WrongType,
)
from kangmai.records.queries.stored_profiles import stored_profiles
from kangmai.records.store import read as store
from kangmai.records.validation.issues import Issue, Severity, issue
from kangmai.records.validation.profile_reading import ProfileNotLoaded
from kangmai.records.validation.profiles import find_profile_faults
from kangmai.records.validation.reading import read_json
from kangmai.records.validation.rules import validate


class Mode(StrEnum):
    """What a resource is checked for."""

    GENERAL = ""
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    PROFILE = "profile"


class ProfileNeeded(Incorrect):
    """The mode 'profile' needs the parameter profile."""

    zh = "模式 profile 需要参数 profile。"


def check(
    resource_type: str,
    raw: bytes,
    *,
    id: str | None = None,
    mode: Mode = Mode.GENERAL,
    profile: str = "",
    actor: Actor,
    at: datetime,
) -> tuple[list[Issue], list[KangmaiError]]:
    """What stands against a resource: issues of its content, and reasons why the store would refuse it.

    Args:
        raw: its JSON; empty for the mode `delete`.
        id: of the stored resource that would be updated or deleted.
        profile: canonical URL of a StructureDefinition, stored here or of R4.

    Raises:
        ProfileNeeded
        ProfileNotLoaded: the profile asked for; one that the resource only claims gives a warning.
    """
    if mode is Mode.PROFILE and not profile:
        raise ProfileNeeded()
    refusals = _refusals(resource_type, id, mode, actor) if mode in _CHANGING else []
    if mode is Mode.DELETE:
        return [], refusals
    resource, issues = read_json(raw)
    if resource is None and issues:
        return issues, refusals
    issues += validate(resource, advice=True)
    if isinstance(resource, dict) and not any(each.is_error for each in issues):
        if resource["resourceType"] != resource_type:
            refusals.append(WrongType(address=resource_type, body=resource["resourceType"]))
        elif mode is Mode.UPDATE and resource.get("id") != id:
            refusals.append(WrongId(address=id, body=resource.get("id", "")))
        issues += _profile_issues(resource, profile, actor, at)
    return issues, refusals


_CHANGING = (Mode.CREATE, Mode.UPDATE, Mode.DELETE)


def _refusals(resource_type: str, id: str | None, mode: Mode, actor: Actor) -> list[KangmaiError]:
    """Why the actor could not do it now."""
    interaction = rules.Interaction(mode.value)
    try:
        rules.require(actor, interaction, resource_type)
        if mode is not Mode.CREATE:
            _require_changeable(resource_type, id or "", actor)
    except KangmaiError as error:
        return [error]
    return []


def _require_changeable(resource_type: str, id: str, actor: Actor) -> None:
    with reading() as connection, psycopg.Cursor(connection) as database:
        found = store.find(database, resource_type, id, scope=actor.scope)
    if found is None:
        raise ResourceNotFound(type=resource_type, id=id)
    if found.is_deleted:
        raise ResourceGone(type=resource_type, id=id)
    if rules.is_projection(found):
        raise ReadOnlyProjection(type=resource_type, id=id)
    if not rules.may_change(actor, found):
        raise NotPermitted(permission=f"records.update:{resource_type}/{id}")


def _profile_issues(resource: dict, profile: str, actor: Actor, at: datetime) -> list[Issue]:
    """Faults by the profile asked for, and by those that the resource claims for itself."""
    claimed = [url for url in resource.get("meta", {}).get("profile", []) if url != profile]
    known = stored_profiles([*([profile] if profile else []), *claimed], actor=actor, at=at)
    found = find_profile_faults(resource, profile, known) if profile else []
    for number, url in enumerate(claimed):
        try:
            found += find_profile_faults(resource, url, known)
        except ProfileNotLoaded:
            place = f"{resource['resourceType']}.meta.profile[{number}]"
            found.append(
                replace(issue("profile-unknown", place, url=url), severity=Severity.WARNING)
            )
    return found

"""Hold what is written to the profiles it claims, where its source is so set and the profile is loaded.

Source: FHIR R4, https://hl7.org/fhir/R4/resource.html#Meta.profile and profiling.html
"""

import threading
import time
from dataclasses import dataclass, field

from django.conf import settings

from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import KangmaiError
from kangmai.records.errors import OperationFailed, ProfileBroken
from kangmai.records.queries.stored_profiles import stored_profiles
from kangmai.records.transactions.drafting import Draft
from kangmai.records.types import Policy, Resource
from kangmai.records.validation.issues import Issue
from kangmai.records.validation.profile_reading import Definitions, ProfileNotLoaded
from kangmai.records.validation.profiles import find_profile_faults

FRESH_SECONDS = 30.0
"""A profile that was loaded or changed holds at most so much later."""
LARGEST = 500


@dataclass(slots=True)
class _Kept:
    by_url: dict[tuple[str, str], tuple[float, Definitions]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept = _Kept()


def require_profiles(draft: Draft) -> Draft:
    """Let a draft pass whose resources are what they claim to be.

    Raises:
        ProfileBroken: around it OperationFailed, where the draft has more than one operation.
    """
    if draft.submission.source.profiles is not Policy.ENFORCE:
        return draft
    for position, prepared in enumerate(draft.prepared):
        claimed = prepared.resource.get("meta", {}).get("profile", ()) if prepared.keys else ()
        faults = [f for url in claimed for f in _faults(prepared.resource, url, draft)]
        if faults:
            error: KangmaiError = ProfileBroken(issues=tuple(faults))
            if len(draft.prepared) > 1:
                verb, kind = prepared.operation.verb.value, prepared.operation.type
                error = OperationFailed(position=position, verb=verb, type=kind, cause=error)
            raise error
    return draft


def _faults(resource: Resource, url: str, draft: Draft) -> list[Issue]:
    known = _definitions(url, draft)
    try:
        found = find_profile_faults(resource, url, known)
    except ProfileNotLoaded:
        return []
    return [each for each in found if each.is_error]


def _definitions(url: str, draft: Draft) -> Definitions:
    place = (settings.DATABASE_URL, url)
    kept = _kept.by_url.get(place)
    if kept is not None and time.monotonic() - kept[0] < FRESH_SECONDS:
        return kept[1]
    actor: Actor = draft.submission.actor
    found = stored_profiles([url], actor=actor, at=draft.submission.at)
    with _kept.lock:
        if len(_kept.by_url) >= LARGEST:
            _kept.by_url.clear()
        _kept.by_url[place] = (time.monotonic(), found)
    return found

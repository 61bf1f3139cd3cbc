"""What stands on top of a record: allergies, current medicines, the newest documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.portal.residents import presenters, record
from kangmai.portal.residents.presenters import Item
from kangmai.records.types import Stored

ALLERGIES = ("AllergyIntolerance",)
MEDICINES = ("MedicationRequest", "MedicationStatement")
DOCUMENTS = ("DocumentReference", "Composition", "DiagnosticReport")
LOOKED_AT = 60
"""Of each of the three, so many of the newest entries are looked at."""
SHOWN_DOCUMENTS = 5
CURRENT = frozenset({"active", "on-hold", "intended"})
VOID = frozenset({"entered-in-error", "refuted"})


@dataclass(frozen=True, slots=True)
class Overview:
    """The three lists, newest first, each thing once."""

    allergies: tuple[Item, ...]
    medicines: tuple[Item, ...]
    documents: tuple[Item, ...]


def overview(resident: Resident, *, actor: Actor, at: datetime) -> Overview:
    """The top of a resident's record, as far as the actor may see it."""
    found = {
        name: record.latest(resident, types, limit=LOOKED_AT, actor=actor, at=at)
        for name, types in (
            ("allergies", ALLERGIES),
            ("medicines", MEDICINES),
            ("documents", DOCUMENTS),
        )
    }
    chosen = {
        "allergies": [
            each for each in found["allergies"] if _is_valid_allergy(orjson.loads(each.body))
        ],
        "medicines": [
            e for e in found["medicines"] if orjson.loads(e.body).get("status") in CURRENT
        ],
        "documents": [
            e for e in found["documents"] if orjson.loads(e.body).get("status") not in VOID
        ],
    }
    names = record.organization_names([e for some in chosen.values() for e in some], actor)
    shown = {name: _once(some, names) for name, some in chosen.items()}
    return Overview(shown["allergies"], shown["medicines"], shown["documents"][:SHOWN_DOCUMENTS])


def _is_valid_allergy(resource: Mapping[str, Any]) -> bool:
    """Neither withdrawn nor over."""
    codes = {
        coding.get("code")
        for element in ("clinicalStatus", "verificationStatus")
        for coding in resource.get(element, {}).get("coding", ())
    }
    return not codes & {*VOID, "inactive", "resolved"}


def _once(entries: Iterable[Stored], names: Mapping[int, str]) -> tuple[Item, ...]:
    """The entries as a page shows them; of several with the same words the newest."""
    items = (presenters.item(each, organizations=names) for each in entries)
    return tuple({(item.title, item.detail): item for item in reversed(list(items))}.values())[::-1]

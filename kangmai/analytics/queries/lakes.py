"""Reads of the lake."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from kangmai.analytics import rules
from kangmai.analytics.errors import LakeUnplaced
from kangmai.analytics.lake.store import Lake, lake_at
from kangmai.analytics.lake.verifying import Finding, verify
from kangmai.analytics.models import FrozenFigure
from kangmai.analytics.types import LakeState
from kangmai.kernel.actor import Actor, require


def lake() -> Lake:
    """The lake of this installation. Raises LakeUnplaced, LakePlaceIncorrect."""
    if settings.LAKE is None:
        raise LakeUnplaced()
    return lake_at(settings.LAKE, endpoint=settings.LAKE_ENDPOINT, region=settings.LAKE_REGION)


def lake_state(*, actor: Actor) -> LakeState | None:
    """What is in the lake, or None where nothing is. Raises NotPermitted."""
    require(actor, rules.MANAGE)
    manifest = lake().find_manifest()
    if manifest is None:
        return None
    tables = manifest.tables
    return LakeState(
        manifest=manifest.id,
        cutoff=manifest.cutoff.at,
        rows={name: table.rows for name, table in tables.items()},
        bytes=sum(p.bytes for table in tables.values() for p in table.partitions),
    )


def cutoff() -> datetime | None:
    """Up to when the figures of now are counted."""
    manifest = lake().find_manifest()
    return manifest.cutoff.at if manifest else None


def manifest_in_force() -> str:
    """The id of the manifest that figures of now are counted from, empty without one: a hash that tells nothing."""
    manifest = lake().find_manifest()
    return manifest.id if manifest else ""


def verify_lake(*, actor: Actor) -> Iterator[Finding]:
    """Every file that is not what the manifest in force, or that of a frozen figure, says.

    Raises NotPermitted, LakeEmpty, LakeBroken.
    """
    require(actor, rules.MANAGE)
    whole = lake()
    return verify(whole, map(whole.get_manifest, [None, *sorted(frozen_manifests())]))


def frozen_manifests() -> frozenset[str]:
    """The manifests that frozen figures were counted from."""
    named = FrozenFigure.objects.exclude(manifest="").values_list("manifest", flat=True)
    return frozenset(named.distinct())

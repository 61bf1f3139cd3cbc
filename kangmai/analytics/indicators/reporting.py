"""What is counted in another area than it lies in: institutions, and divisions such as development zones.

The rules are a table of the lake, so that a frozen figure is counted again as it was. The rule in force on the
latest day of a period holds for all of it. A row of an institution (a view that says whose place its division is)
goes where the institution reports. A row that lies in a zone counts in the area the zone reports to, and in the
zone itself; between both it counts in no part.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from datetime import date
from functools import lru_cache

import orjson

from kangmai.analytics.engines.measure import Cell
from kangmai.analytics.lake.manifest import Manifest
from kangmai.analytics.lake.store import Lake
from kangmai.analytics.types import Elsewhere
from kangmai.kernel.actor import subtree
from kangmai.standards.periods import Period

TABLE = "reporting_place"


@dataclass(frozen=True, slots=True)
class Reporting:
    """The rules in force."""

    institutions: tuple[Elsewhere, ...] = ()
    zones: tuple[Elsewhere, ...] = ()

    @property
    def mark(self) -> str:
        """A short name of the rules: what is kept under it was made by them."""
        rules = [astuple(each) for each in (*self.institutions, *self.zones)]
        return hashlib.sha256(orjson.dumps(rules)).hexdigest()[:8]

    def placed(self, cells: Iterable[Cell], *, stands: bool) -> tuple[Cell, ...]:
        """The cells, those of institutions that report elsewhere in the area to which they report; in order again."""
        to = {each.organization: each.reports_to for each in self.institutions}
        if not stands or not to:
            return tuple(cells)
        return tuple(
            sorted(cell._replace(place=to.get(cell.institution, cell.place)) for cell in cells)
        )

    def inside(self, area: str) -> Callable[[str], bool]:
        """What says whether a place is counted in an area."""
        reach = subtree(area)
        moved = {each for each in self.zones if not subtree(each.lies_in).covers(area)}

        def covers(place: str) -> bool:
            zone = self.zone_of(place)
            return reach.covers(zone.reports_to if zone is not None and zone in moved else place)

        return covers

    def code(self, place: str, length: int) -> str:
        """The division of a level in which a place is counted, "" where it is in none."""
        zone = self.zone_of(place)
        if zone is not None and length < len(zone.lies_in):
            place = zone.reports_to
        code = place[:length] if len(place) >= length else ""
        return "" if code.endswith("00") and length == 6 else code

    def zone_of(self, place: str) -> Elsewhere | None:
        """The zone in which a place lies."""
        return next((each for each in self.zones if place.startswith(each.lies_in)), None)

    def touching(self, area: str, *, stands: bool) -> tuple[Elsewhere, ...]:
        """The rules by which the figure of an area, or those of its parts, are others than by place alone."""
        some = (*self.zones, *(self.institutions if stands else ()))
        reach = subtree(area)
        return tuple(
            each for each in some if reach.covers(each.lies_in) or reach.covers(each.reports_to)
        )


NOWHERE = Reporting()


def reporting_of(lake: Lake, manifest: Manifest, period: Period) -> Reporting:
    """The rules in force on the latest day of a period, as the lake had them. Raises LakeBroken."""
    table = manifest.tables.get(TABLE)
    if table is None or not table.rows:
        return NOWHERE
    return _in_force(_rules(lake, manifest.id), period.latest_day)


def _in_force(rules: tuple[Elsewhere, ...], on: date) -> Reporting:
    held = [each for each in rules if each.start <= on and (each.end is None or on < each.end)]
    return Reporting(
        institutions=tuple(each for each in held if each.organization),
        zones=tuple(each for each in held if not each.organization),
    )


@lru_cache(maxsize=16)
def _rules(lake: Lake, manifest_id: str) -> tuple[Elsewhere, ...]:
    import pyarrow.dataset

    files = lake.files_of(lake.get_manifest(manifest_id).tables[TABLE])
    rows = pyarrow.dataset.dataset(
        list(files.paths), filesystem=files.filesystem, format="parquet"
    ).to_table()
    found = [
        Elsewhere(
            row["organization"], row["lies_in"], row["reports_to"], row["from_on"], row["to_on"]
        )
        for row in rows.to_pylist()
    ]
    return tuple(sorted(found, key=lambda each: (each.lies_in, each.organization, each.start)))

"""Points and boundaries of divisions, in WGS-84, with whom to thank for them.

Points are seats of government, approximate, or synthetic (spread inside the county, where no free
source has the place): a synthetic point may spread invented data over a map, and is never shown as
the place. A public map in mainland China needs the official base map and a review number (审图号);
the boundaries here have none.

Source: counties by cpca (MIT), towns by GeoNames (CC BY 4.0), boundaries by OpenStreetMap (ODbL 1.0).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType

from kangmai.standards.divisions import city, city_code_of
from kangmai.standards.tables import FOLDER, read_rows

BOUNDARY_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
POINT_ATTRIBUTION = "GeoNames, CC BY 4.0"


class PointKind(Enum):
    """How far a point can be believed."""

    SEAT = "seat"
    APPROXIMATE = "approx"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True, slots=True)
class Point:
    """Where a division is: degrees of longitude and latitude (WGS-84)."""

    code: str
    longitude: float
    latitude: float
    kind: PointKind
    source: str

    @property
    def is_real(self) -> bool:
        """Whether a map may show this as the place; an approximate point is within about 3 km."""
        return self.kind is not PointKind.SYNTHETIC


@cache
def points(city_code: str) -> Mapping[str, Point]:
    """The points of a city, its counties and towns, by code. Raises CityUnknown."""
    home = city(city_code).code
    return MappingProxyType(
        {
            row["code"]: Point(
                code=row["code"],
                longitude=float(row["longitude"]),
                latitude=float(row["latitude"]),
                kind=PointKind(row["kind"]),
                source=row["source"],
            )
            for row in read_rows(f"divisions/{home}", "points")
        }
    )


def find_point(code: str) -> Point | None:
    """The point of a division, real or synthetic, or None."""
    home = city_code_of(code)
    return points(home).get(code) if home else None


def find_real_point(code: str) -> Point | None:
    """The point of a division that may be shown as the place, or None."""
    point = find_point(code)
    return point if point is not None and point.is_real else None


@cache
def boundaries_json(city_code: str) -> str:
    """The county boundaries of a city as GeoJSON text, with `attribution` beside its features.

    Raises: CityUnknown.
    """
    home = city(city_code).code
    path = FOLDER / "divisions" / home / "boundaries.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    collection["attribution"] = BOUNDARY_ATTRIBUTION
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"))


@cache
def _areas(city_code: str) -> Mapping[str, float]:
    rows = read_rows(f"divisions/{city_code}", "areas")
    return {row["code"]: float(row["area_km2"]) for row in rows}


def find_area_km2(code: str) -> float | None:
    """The area of a county, or of a city as the sum of its counties; None where it is not known."""
    home = city_code_of(code)
    if home is None:
        return None
    areas = _areas(home)
    return round(sum(areas.values()), 2) if code == home else areas.get(code)

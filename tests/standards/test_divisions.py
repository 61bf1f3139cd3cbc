"""Divisions: every list is consistent, codes say where they stand, ranges hold what is inside."""

import json
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.standards.division_changes import (
    ChangeKind,
    DivisionChange,
    division_changes,
    successors,
)
from kangmai.standards.division_codes import Level, grid_code, level_of, prefix_range
from kangmai.standards.division_names import division_label, english_name
from kangmai.standards.divisions import (
    DivisionKind,
    cities,
    city,
    city_code_of,
    division,
    find_division,
)
from kangmai.standards.errors import CityUnknown, DivisionCodeIncorrect, DivisionUnknown
from kangmai.standards.geography import (
    PointKind,
    boundaries_json,
    find_area_km2,
    find_point,
    find_real_point,
    points,
)
from kangmai.standards.population import Confidence, find_population, populations

COUNTS = {
    "370300": (8, 88, 2931),
    "440203": (1, 7, 89),
    "440900": (5, 127, 1917),
    "441200": (8, 106, 1558),
    "441800": (8, 92, 1235),
    "450700": (4, 71, 1044),
}
SPECIAL_TOWNS = {
    "370300": 0,
    "440203": 0,
    "440900": 15,
    "441200": 2,
    "441800": 7,
    "450700": 5,
}


def test_the_six_areas_are_at_hand() -> None:
    assert cities() == tuple(COUNTS)


@pytest.mark.parametrize("code", COUNTS)
def test_counts_of_counties_towns_and_villages(code: str) -> None:
    levels = (Level.COUNTY, Level.TOWN, Level.VILLAGE)
    assert tuple(len(city(code).at_level(level)) for level in levels) == COUNTS[code]


@pytest.mark.parametrize("code", COUNTS)
def test_every_parent_is_listed_and_every_code_says_its_level(code: str) -> None:
    listed = city(code)
    for each in listed.divisions.values():
        assert level_of(each.code) is each.level
        if each.level is not Level.PROVINCE:
            parent = listed.get(each.parent)
            lo, hi = prefix_range(parent.code)
            assert lo <= each.code < hi
            assert each in listed.children(parent.code)


@pytest.mark.parametrize("code", COUNTS)
def test_no_code_is_listed_twice(code: str) -> None:
    listed = city(code)
    assert all(key == each.code for key, each in listed.divisions.items())
    outside = [each.code for each in listed.ancestors(code)]
    inside = [code, *(each.code for each in listed.descendants(code))]
    assert sorted([*outside, *inside]) == sorted(listed.divisions)


@pytest.mark.parametrize("code", COUNTS)
def test_special_towns_stand_apart(code: str) -> None:
    special = city(code).at_level(Level.TOWN, kind=DivisionKind.SPECIAL)
    civil = city(code).at_level(Level.TOWN, kind=DivisionKind.CIVIL)
    assert len(special) == SPECIAL_TOWNS[code]
    assert len(special) + len(civil) == COUNTS[code][1]


def test_a_village_in_a_special_town_is_special() -> None:
    zone = city("441200").get("441284450")
    assert zone.kind is DivisionKind.SPECIAL
    inside = city("441200").children("441284450")
    assert len(inside) > 0
    assert {each.kind for each in inside} == {DivisionKind.SPECIAL}


def test_path_and_display_name_strip_the_district_from_its_streets() -> None:
    assert division("441202001").name == "端州区城东街道"
    assert city("441200").path("441202001") == ("广东省", "肇庆市", "端州区", "城东街道")


def test_a_county_area_has_its_prefecture_above() -> None:
    assert city("440203").path("440203") == ("广东省", "韶关市", "武江区")
    assert city("440203").root.level is Level.COUNTY


def test_descendants_come_after_their_parents() -> None:
    found = [each.code for each in city("441200").descendants("441202")]
    assert len(found) == len(set(found))
    assert all(each.startswith("441202") for each in found)
    seen = {"441202"}
    for code in found:
        assert division(code).parent in seen
        seen.add(code)


def test_lookups_across_areas() -> None:
    assert city_code_of("440203001") == "440203"
    assert city_code_of("450702001001") == "450700"
    assert city_code_of("440200") == "440203"
    assert division("440200").name == "韶关市"
    assert city_code_of("110101") is None
    assert city_code_of("110000") is None
    assert find_division("110101") is None
    assert division("441202000000").name == "端州区"
    with pytest.raises(DivisionUnknown):
        division("441299")
    with pytest.raises(CityUnknown, match="441200"):
        city("110100")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("440000", ("44", "45")),
        ("44", ("44", "45")),
        ("441200", ("4412", "4413")),
        ("4412", ("4412", "4413")),
        ("449900", ("4499", "4500")),
        ("441202", ("441202", "441203")),
        ("441202000", ("441202", "441203")),
        ("441202100", ("441202100", "441202101")),
        ("441202001999", ("441202001999", "441202002000")),
        ("44120200100101", ("44120200100101", "44120200100102")),
    ],
)
def test_prefix_ranges(code: str, expected: tuple[str, str]) -> None:
    assert prefix_range(code) == expected


@pytest.mark.parametrize(
    "code", ["", "4", "441", "44120", "abcdef", "９４１２００", "041200", "941200"]
)
def test_what_is_no_division_code(code: str) -> None:
    with pytest.raises(DivisionCodeIncorrect):
        level_of(code)


PARTS = st.tuples(
    st.integers(11, 82).map(str),
    st.integers(1, 99).map("{:02d}".format),
    st.integers(1, 99).map("{:02d}".format),
    st.integers(1, 999).map("{:03d}".format),
    st.integers(1, 999).map("{:03d}".format),
)


def _written(prefix: str) -> str:
    """A prefix as a code is written: provinces and prefectures with zeros up to six digits."""
    return prefix.ljust(6, "0")


@given(scope=PARTS, other=PARTS, depth=st.integers(1, 5), shared=st.integers(0, 5))
def test_a_range_holds_exactly_the_codes_with_its_prefix(
    scope: tuple[str, ...], other: tuple[str, ...], depth: int, shared: int
) -> None:
    prefix = "".join(scope[:depth])
    lo, hi = prefix_range(_written(prefix))
    place = "".join([*scope[:shared], *other[shared:]])
    for each in (place, f"{place}01", _written(place[:4]), place[:9], _written(prefix)):
        assert (lo <= each < hi) == each.startswith(prefix)


def test_grids_are_numbered_inside_their_village() -> None:
    assert grid_code("441202001001", 7) == "44120200100107"
    assert level_of("44120200100107") is Level.GRID
    with pytest.raises(DivisionCodeIncorrect):
        grid_code("441202001", 1)
    with pytest.raises(DivisionCodeIncorrect):
        grid_code("441202001001", 100)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("441200", "Zhaoqing"),
        ("440000", "Guangdong"),
        ("441202", "Duanzhou District"),
        ("441284", "Sihui City"),
        ("441223", "Guangning County"),
        ("441202001", "Chengdong Subdistrict"),
        ("441284450", "Zhaoqing High-tech Zone"),
        ("441825", "Lianshan Zhuang and Yao Autonomous County"),
        ("370304", "Boshan District"),
    ],
)
def test_english_names(code: str, name: str) -> None:
    assert english_name(division(code)) == name
    assert division_label(division(code), language="en") == name


@pytest.mark.parametrize("code", COUNTS)
def test_every_english_name_is_latin(code: str) -> None:
    for each in city(code).divisions.values():
        assert english_name(each).isascii(), each
        assert english_name(each)[0].isupper() or english_name(each)[0].isdigit(), each


def test_reading_a_city_is_fast_and_importing_reads_nothing() -> None:
    program = (
        "import time, kangmai.standards.divisions as d\n"
        "assert d.city.cache_info().currsize == 0\n"
        "start = time.perf_counter(); d.city('441200'); print(time.perf_counter() - start)\n"
        "import sys; assert 'pypinyin' not in sys.modules and 'numpy' not in sys.modules\n"
    )
    seconds = [
        float(
            subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout
        )
        for _ in range(3)
    ]
    assert min(seconds) < 0.05


@pytest.mark.parametrize("code", COUNTS)
def test_points_lie_in_the_city_and_say_what_they_are(code: str) -> None:
    listed = city(code)
    for each in points(code).values():
        listed.get(each.code)
        assert 73 < each.longitude < 135
        assert 18 < each.latitude < 54
    for town in listed.at_level(Level.TOWN):
        assert find_point(town.code) is not None


def test_a_synthetic_point_is_never_the_place() -> None:
    synthetic = [each for each in points("450700").values() if each.kind is PointKind.SYNTHETIC]
    assert len(synthetic) == 69
    assert all(find_real_point(each.code) is None for each in synthetic)
    kinds = [each.kind for each in points("441200").values() if len(each.code) == 9]
    assert [kinds.count(kind) for kind in PointKind] == [103, 2, 1]


@pytest.mark.parametrize("code", COUNTS)
def test_every_county_has_a_boundary_and_thanks_openstreetmap(code: str) -> None:
    collection = json.loads(boundaries_json(code))
    assert "OpenStreetMap" in collection["attribution"]
    drawn = {feature["properties"]["adcode"] for feature in collection["features"]}
    assert drawn == {each.code for each in city(code).at_level(Level.COUNTY)}


@pytest.mark.parametrize("code", COUNTS)
def test_every_county_has_an_area_and_residents(code: str) -> None:
    for each in city(code).at_level(Level.COUNTY):
        assert (find_area_km2(each.code) or 0) > 100
        figure = find_population(each.code, year=2026)
        assert figure is not None
        assert figure.residents > 50_000
        assert figure.source


def test_populations_of_zhaoqing() -> None:
    census = find_population("441200", year=2022)
    assert census is not None
    assert (census.year, census.residents) == (2020, 4_113_594)
    assert find_population("441200", year=1999) is None
    counties = [each.code for each in city("441200").at_level(Level.COUNTY)]
    of_2020 = [find_population(code, year=2020) for code in [*counties, "441284450"]]
    assert sum(each.residents for each in of_2020 if each) == 4_113_600


def test_an_estimate_says_so_and_a_part_is_not_the_whole() -> None:
    figure = find_population("370302", year=2024)
    assert figure is not None
    assert figure.confidence is Confidence.ESTIMATE
    parts = [each for each in populations("450702") if "partial" in each.kind.value]
    assert len(parts) == 1
    whole = find_population("450702", year=2024)
    assert whole is not None
    assert whole not in parts


def test_no_change_of_codes_is_known_since_the_list() -> None:
    assert division_changes() == ()
    assert successors("441202", on=date(2026, 1, 1)) == ("441202",)


def _change(old: str, new: str, on: str, kind: ChangeKind) -> DivisionChange:
    return DivisionChange(
        old_code=old, new_code=new, on=date.fromisoformat(on), kind=kind, source=""
    )


def test_changes_are_followed_through() -> None:
    changes = [
        _change("441283", "441204", "2015-04-28", ChangeKind.RENAME),
        _change("441204", "441205", "2030-01-01", ChangeKind.SPLIT),
        _change("441204", "441206", "2030-01-01", ChangeKind.SPLIT),
    ]
    assert successors("441283", on=date(2015, 4, 27), changes=changes) == ("441283",)
    assert successors("441283", on=date(2015, 4, 28), changes=changes) == ("441204",)
    assert successors("441283", on=date(2031, 1, 1), changes=changes) == ("441205", "441206")
    assert successors("441202", on=date(2031, 1, 1), changes=changes) == ("441202",)


def test_two_places_that_exchange_their_codes() -> None:
    changes = [
        _change("441202", "441203", "2030-01-01", ChangeKind.RENAME),
        _change("441203", "441202", "2030-01-01", ChangeKind.RENAME),
    ]
    assert successors("441202", on=date(2030, 1, 1), changes=changes) == ("441203",)


def test_a_list_is_dated() -> None:
    assert city("441200").listed_on == date(2023, 6, 30)

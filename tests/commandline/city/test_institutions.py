"""The network: one tree, everything marked, ratios of the country, vocabularies of the registry."""

from collections import Counter

import pytest
import yaml

from kangmai.commandline.city.assumptions import FOLDER
from kangmai.commandline.city.city import invent
from kangmai.commandline.city.institutions.credit import invented_credit_code
from kangmai.registry.types import OrganizationKind
from kangmai.standards.credit_codes import is_credit_code, parse_credit_code


def vocabulary(name):
    text = (FOLDER / "registry" / "vocabulary" / f"{name}.yaml").read_text(encoding="utf-8")
    return {each["code"] for each in yaml.safe_load(text)["codes"]}


def test_the_institutions_are_one_tree(city):
    network = city.network
    assert [each.order for each in network.institutions if each.parent == -1] == [0]
    assert network.institutions[0].name == "（虚构）肇庆市卫生健康委员会"
    assert all(each.parent < each.order for each in network.institutions)


def test_a_city_of_one_county_has_its_bureau_on_top(city):
    small = invent(code="440203", residents=1_000, seed=1, on=city.on).network
    assert small.institutions[0].name == "（虚构）武江区卫生健康局"
    keys = Counter(each.key for each in small.institutions)
    assert keys["bureau"] == keys["quality"] == keys["laboratory"] == keys["cdc"] == 1
    assert [each.order for each in small.institutions if each.parent == -1] == [0]


def test_everything_says_that_it_is_invented(city):
    for each in city.network.institutions:
        assert each.name.startswith("（虚构）") and each.name_en.startswith("(invented) ")
        assert is_credit_code(each.credit_code)
        assert parse_credit_code(each.credit_code).organization_code.startswith("XXXX")
    assert all(each.certificate.startswith("INV") for each in city.network.staff)


def test_codes_and_ids_are_unique(city):
    network = city.network
    for rows in (network.institutions, network.departments, network.staff):
        assert len({each.id for each in rows}) == len(rows)
    assert len({each.code for each in network.institutions}) == len(network.institutions)
    assert len({each.credit_code for each in network.institutions}) == len(network.institutions)


def test_words_are_those_of_the_registry(city):
    assert {each.kind for each in city.network.institutions} <= {
        kind.value for kind in OrganizationKind
    }
    assert {each.role for each in city.network.staff} <= vocabulary("post_role")
    assert {each.title for each in city.network.staff} <= vocabulary("title")
    assert {each.licence for each in city.network.staff} - {""} <= vocabulary("qualification_kind")


def test_every_village_and_town_has_someone(city):
    network, places = city.network, city.places
    for town in places.towns:
        seat = network.institutions[network.town_institution[town.order]]
        assert seat.division == town.code and network.staff_of[seat.order]
        for clinic in network.village_clinics[town.order]:
            assert clinic >= 0 and network.staff_of[clinic]
            assert network.institutions[clinic].parent == seat.order


def test_beds_are_the_national_ratio_to_the_bed(city):
    assert sum(each.beds for each in city.network.institutions) == round(20_000 * 7.23 / 1000)


def test_staff_reach_the_national_ratios_in_the_whole_city(city):
    whole = invent(code="441200", residents=4_113_594, seed=1, on=city.on).network
    thousand = 4_113.594
    works = Counter(each.work for each in whole.staff)
    physicians = sum(
        works[each]
        for each in ("physician", "assistant_physician", "public_health", "epidemiologist")
    )
    assert len(whole.staff) / thousand == pytest.approx(8.86, abs=0.1)
    assert physicians / thousand == pytest.approx(3.4, abs=0.3)
    assert works["nurse"] / thousand == pytest.approx(4.0, abs=0.3)


def test_teams_cover_every_village_once(city):
    for town in city.places.towns:
        teams = [each for each in city.network.teams if each.town == town.order]
        covered = [village for team in teams for village in team.villages]
        assert covered == list(range(len(town.villages)))
        assert all(team.leader in team.members for team in teams)


def test_people_at_work_are_of_age_and_licensed_before_they_began(city):
    for each in city.network.staff:
        age = (city.on - each.birth_on).days / 365.2425
        assert 23.9 < age < 60.1
        assert each.issued_on <= each.from_on <= city.on


def test_a_credit_code_is_made_from_region_and_number():
    assert invented_credit_code(region="441202", number=14) == "Y9441202XXXX000E5M"

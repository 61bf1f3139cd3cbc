"""Definitions that cannot hold are refused with the place of the fault."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kangmai.config.checkers import register_checkers
from kangmai.kernel import definitions
from kangmai.programmes.growth.checks import check_standard
from kangmai.programmes.watchdog.checks import check_rule


def changed(kind: str, **changes: Any) -> definitions.Definition:
    (found, *_) = definitions.load("programmes", kind)
    return replace(found, content={**found.content, **changes})


def detector(id: str, **changes: Any) -> list[dict[str, Any]]:
    (found, *_) = definitions.load("programmes", "watchdog_rule")
    (of,) = (each for each in found.content["detectors"] if each["id"] == id)
    return [{**of, **changes}]


@pytest.mark.parametrize(
    ("detectors", "fault"),
    [
        (detector("pace", limits={"people": 40, "hours": 4}), "'people_a_day' is missing"),
        (detector("pace", limits={"people": 40, "hours": 4, "people_a_day": 80, "x": 1}), "'x' is not read here"),
        (detector("digits", digits=[{"measure": "pulse", "step": 1}]), "no programme keeps 'pulse'"),
        (detector("same_again", compared=[{"programme": "copd", "measures": ["systolic"], "chance": 0.01}]), "keeps no 'systolic'"),
        (detector("pace") * 2, "'pace' stands there twice"),
    ],
)  # fmt: skip
def test_a_watchdog_that_looks_for_what_is_not_there(detectors: list[Any], fault: str) -> None:
    assert any(fault in each for each in check_rule(changed("watchdog_rule", detectors=detectors)))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"days": {"until": 10, "files": {"weight_for_age": "who_2030.weight_for_age"}}}, "cannot be read"),
        ({"faltering": {"fact": "x", "indicators": ["height"], "lines": [0, 1], "within_days": 9}}, "no indicator 'height'"),
        ({"classes": [{"id": "thin", "zh": "瘦", "en": "thin", "when": [{"indicator": "girth", "below": -2}]}]}, "no indicator 'girth'"),
        ({"classes": [{"id": "thin", "zh": "瘦", "en": "thin", "when": [{"indicator": "bmi_for_age"}]}]}, "either `below` or `above`"),
    ],
)  # fmt: skip
def test_a_growth_standard_without_its_tables(changes: dict[str, Any], fault: str) -> None:
    assert any(fault in each for each in check_standard(changed("growth_standard", **changes)))


def test_what_stands_is_sound() -> None:
    assert check_rule(changed("watchdog_rule")) == []
    assert check_standard(changed("growth_standard")) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the definitions that may be spoilt; whatever reads them reads this one."""
    register_checkers()
    copy = tmp_path_factory.mktemp("spoilt") / "definitions"
    shutil.copytree(definitions.FOLDER, copy)
    before = definitions.FOLDER
    definitions.FOLDER = copy
    yield copy
    definitions.FOLDER = before


@pytest.mark.parametrize(
    ("kind", "file", "right", "wrong", "said"),
    [
        ("programme", "hypertension", "population: age >= 35 years\nwho", "population: age >= 35 yeers\nwho", "yeers"),
        ("programme", "hypertension", 'systolic: {item: systolic, type: number, unit: "mm[Hg]", keep', "systolic: {item: systolic, type: number, unit: kPa, keep", "asks for 'systolic' in mm[Hg]"),
        ("programme", "hypertension", 'systolic: {item: systolic, type: number, unit: "mm[Hg]", keep', "systolic: {item: systolic, type: number, unit: mmHgs, keep", "'mmHgs' is no UCUM unit"),
        ("programme", "hypertension", "systolic: {item: systolic,", "systolic: {item: sistolic,", "'sistolic'"),
        ("programme", "copd", "prefixes: [J44]", "prefixes: [J4X4]", '"J4X4" does not match'),
        ("programme", "hypertension", "I10.x00x002", "I10.y00x002", '"I10.y00x002" does not match'),
        ("decision", "hypertension", "systolic >= 180", "sistolic >= 180", "sistolic"),
        ("immunization_series", "hpv", "vaccine: HPV2, dose: 2", "vaccine: HPV3, dose: 2", "'HPV3' is not a vaccine of this series"),
        ("immunization_series", "dtp@2021-03-01", "effective: {from: 2021-03-01, to: 2025-01-01}", "effective: {from: 2021-03-01, to: 2025-02-01}", "in force on 2025-01-01 together with"),
        ("campaign", "hpv_girls", "series: [hpv]", "series: [hpv, measles]", "immunization_series/measles"),
        ("campaign", "hpv_girls", "from_years: 13, below_years: 18", "from_years: 18, below_years: 13", "must be below"),
        ("vaccination_rule", "clinic", "low: 2, high: 8", "low: 9, high: 8", "low must be below high"),
    ],
)  # fmt: skip
def test_a_spoilt_rule_is_named_with_file_and_line(
    folder: Path, kind: str, file: str, right: str, wrong: str, said: str
) -> None:
    """What a start of the system checks first; that nothing starts then is shown once for all kinds."""
    path = folder / "programmes" / kind / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    try:
        _, faults = definitions.check("programmes", kind)
    finally:
        path.write_text(text, encoding="utf-8")
    assert any(each.message.find(said) >= 0 and each.line > 0 for each in faults), faults
    assert {each.file.split("/")[-1].split("@")[0].split(".")[0] for each in faults} == {file.split("@")[0]}  # fmt: skip
    assert definitions.check("programmes", kind)[1] == []

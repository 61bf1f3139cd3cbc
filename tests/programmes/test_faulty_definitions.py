"""Definitions of the watchdog and of growth that cannot hold are refused with the place of the fault."""

from dataclasses import replace
from typing import Any

import pytest

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

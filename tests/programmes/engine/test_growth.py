"""A child's growth at its checks: scores are computed and kept, classes and falling lines decide."""

import datetime
from typing import Any

import pytest

from kangmai.programmes.engine import models
from kangmai.programmes.engine.types import Recorded, State
from tests.factories.programmes import at, enrolment, resident, visit

pytestmark = pytest.mark.usefixtures("shared_database")
BORN = datetime.date(2025, 3, 1)
day = datetime.date.fromisoformat


def check(enrolled: Any, on: str, **changes: Any) -> Recorded:
    """A check of a child on a day."""
    given = {"visited_on": on, "development": "0", "doctor": "梁医生", **changes}
    row = models.Enrolment.objects.get(id=enrolled.id)
    enrolled_now = type(enrolled)(**{**_fields(enrolled), "version": row.version})
    return visit(enrolled_now, given=given, service="check", at=at(day(on)))


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def child() -> Any:
    boy = resident(name="陈子轩", sex_code="1", birth_date=BORN)
    return enrolment(
        boy, programme_id="child", on=BORN, state=State.MANAGED, at=at(day("2025-03-10"))
    )


def test_scores_are_kept_and_falling_across_two_lines_is_told() -> None:
    boy = child()
    first = check(boy, "2025-06-01", weight="6.7", length="62", head="40.5")
    assert first.decision.rule == "normal"
    kept = first.visit.measures
    assert (kept["waz"], kept["haz"], kept["hcz"]) == (0.4, 0.25, -0.03)
    assert kept["underweight"] is False and kept["lines_down"] == 0
    # six months later he weighs 7.6 kg: two lines lower, not yet underweight
    second = check(boy, "2025-12-01", weight="7.6", length="71.5")
    assert second.decision.rule == "faltering"
    assert second.decision.outcome == "weak" and second.decision.refer.urgency == "soon"
    assert second.visit.measures["lines_down"] == 2
    assert "2 条 Z 线" in second.visit.reasons[0].zh
    # another month and he is underweight
    third = check(boy, "2026-01-05", weight="7.3", length="72.5")
    assert third.decision.rule == "malnourished"
    assert third.visit.measures["underweight"] is True
    assert "-2." in third.visit.reasons[0].en
    row = models.Enrolment.objects.get(id=boy.id)
    assert row.latest_class == "weak"
    assert row.planned.get(service="check").due_on == day("2026-02-04")


def test_a_value_off_the_curves_decides_nothing_but_is_kept() -> None:
    boy = child()
    # ten kilograms too much at six months was confirmed by the doctor, but is no obesity of a child
    found = check(boy, "2025-09-01", weight="18", length="67", **{"confirm.weight": "18"})
    assert "waz" not in found.visit.measures and "obese" not in found.visit.measures
    assert found.visit.measures["weight"] == 18 and found.decision.rule == "normal"


def test_lying_and_standing_differ() -> None:
    boy = child()
    lying = check(boy, "2027-04-01", weight="12", length="87.0", posture="1")
    standing = check(boy, "2027-05-10", weight="12.2", length="87.8", posture="2")
    assert lying.visit.measures["haz"] < standing.visit.measures["haz"]


def test_a_late_entry_counts_lines_anew() -> None:
    boy = child()
    later = check(boy, "2025-12-01", weight="7.6", length="71.5")
    assert later.decision.rule == "normal"
    check(boy, "2025-06-01", weight="6.7", length="62")
    visit_now = models.Visit.objects.get(id=later.visit.id)
    assert visit_now.rule == "faltering" and visit_now.rejudged_at is not None

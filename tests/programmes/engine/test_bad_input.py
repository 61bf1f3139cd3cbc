"""What must be refused by name, and nothing lost: a visit after closing, one saved by two at once, values off every scale."""

import pytest

from kangmai.forms.errors import AnswersRefused
from kangmai.programmes.engine import actions, errors, models, queries
from tests.factories.concurrency import at_once
from tests.factories.programmes import AT, DOCTOR, TODAY, answers, enrolment, visit

pytestmark = pytest.mark.usefixtures("database")


def test_a_visit_after_closing_is_refused_and_nothing_is_kept() -> None:
    open_one = enrolment()
    closed = actions.close_enrolment(
        enrolment_id=open_one.id, reason="moved", on=TODAY, expected_version=open_one.version, actor=DOCTOR, at=AT
    )  # fmt: skip
    with pytest.raises(errors.EnrolmentNotManaged) as refused:
        visit(closed)
    assert "{" not in refused.value.message("zh") + refused.value.message("en")
    assert models.Visit.objects.count() == 0
    assert queries.get_enrolment(closed.id, actor=DOCTOR, at=AT).version == closed.version


def test_of_two_doctors_who_save_at_once_one_is_told() -> None:
    enrolled = enrolment()
    pressures = iter(("132", "151"))

    def once() -> str:
        try:
            return visit(enrolled, given=answers(systolic=next(pressures))).visit.outcome
        except errors.EnrolmentChanged as error:
            return error.code

    found = at_once(2, once)
    assert found.count("EnrolmentChanged") == 1
    (kept,) = queries.visits_of(enrolled.id, actor=DOCTOR, at=AT)
    assert kept.outcome in found


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("systolic", "1300"),
        ("systolic", "-20"),
        ("systolic", "hoch"),
        ("systolic", "1e9"),
        ("diastolic", "NaN"),
        ("weight_now", "0"),
        ("height", "1.72"),
    ],
)
def test_a_value_off_the_scale_is_named(item: str, value: str) -> None:
    with pytest.raises(AnswersRefused) as refused:
        visit(enrolment(), given=answers(**{item: value}))
    assert item in {fault.link_id for fault in refused.value.faults}
    assert models.Visit.objects.count() == 0

"""Parts that several forms ask alike: written once, placed where a form names them."""

import dataclasses
import datetime
import json

from kangmai.forms import queries
from kangmai.forms.checks import check_form
from kangmai.forms.fhir import to_questionnaire
from kangmai.forms.rules import portable
from kangmai.kernel import definitions

TODAY = datetime.date(2026, 5, 2)
SHARED = ("symptoms", "smoking", "fundus", "sclera", "hdl", "admissions", "assessment")


def test_both_examinations_ask_the_same_items():
    yearly = queries.form("annual_exam_core", on=TODAY)
    elderly = queries.form("elderly_exam", on=TODAY)
    for each in SHARED:
        one, other = yearly.item(each), elderly.item(each)
        assert dataclasses.replace(one, options=()) == dataclasses.replace(other, options=())
        assert [each.code for each in one.options] == [each.code for each in other.options]
    assert [group.link_id for group in yearly.items] == [
        *("exam", "complaints", "measurements", "lifestyle", "functions"),
        *("findings", "tests", "image_and_hba1c", "problems", "outcome"),
    ]


def test_hba1c_of_older_people_begins_in_2025():
    day = datetime.date(2024, 12, 31)
    assert "hba1c" not in queries.form("elderly_exam", on=day).by_link_id
    assert "hba1c" in queries.form("elderly_exam", on=TODAY).by_link_id


def test_an_unknown_part_and_a_name_that_a_part_has_are_faults():
    form = definitions.get("forms", "form", "annual_exam_core", on=TODAY)
    assert list(check_form(form)) == []
    unknown = _with(form, {"part": "exam_horoscope"})
    assert "exam_horoscope" in next(iter(check_form(unknown)))
    twice = _with(form, {"part": "exam_tests"})
    assert "/items: the link id 'tests' stands 2 times" in list(check_form(twice))


def _with(form: definitions.Definition, item: dict[str, str]) -> definitions.Definition:
    items = (*form.content["items"], definitions.freeze(item))
    return dataclasses.replace(form, content=definitions.freeze({**form.content, "items": items}))


def test_counts_and_checks_over_rows_stay_out_of_the_questionnaire():
    form = queries.form("tb_first_visit", on=TODAY)
    text = json.dumps(to_questionnaire(form), ensure_ascii=False, default=str)
    assert "contactList" not in text
    followed = json.dumps(to_questionnaire(queries.form("tb_followup", on=TODAY)), default=str)
    assert "dosesMissed <= %dosesDue" in followed
    checks = portable(form, language="en")
    assert (checks["constraints"], checks["left_out"]) == ([], 3)

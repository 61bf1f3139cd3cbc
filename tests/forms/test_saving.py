"""Answers are saved once, corrected with a reason, and never overwritten by somebody who has not seen them."""

import datetime
import json

import pytest
from django.db import transaction

from kangmai.forms import actions, errors, models, queries
from kangmai.forms.types import ResponseStatus
from kangmai.identity.errors import ResidentNotFound
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.records import queries as records
from tests.factories import forms as factory
from tests.factories.concurrency import at_once
from tests.factories.forms import AT, FOLLOW_UP, doctor, follow_up, neighbour

OPERATOR = operator("test")
LATER = AT + datetime.timedelta(hours=1)
KEY = "key-00000001"


def save(resident, *, key=KEY, actor=None, occasion="", form=None, at=AT, **changes):
    return actions.save_answers(
        form=form or follow_up(),
        resident_id=resident.id,
        given={**FOLLOW_UP, **changes},
        occasion=occasion,
        key=key,
        actor=actor or doctor(),
        at=at,
    )


def correct(saved, *, key="key-00000002", reason="录入错误", version=None, actor=None, **changes):
    return actions.correct_answers(
        response_id=saved.response_id,
        given={**FOLLOW_UP, **changes},
        reason=reason,
        expected_version=version or saved.version,
        key=key,
        actor=actor or doctor(),
        at=LATER,
    )


def body(kind: str, id: str) -> dict:
    return json.loads(records.get(kind, id, actor=OPERATOR, at=AT).body)


def pressure_of(id: str) -> list[float]:
    return [part["valueQuantity"]["value"] for part in body("Observation", id)["component"]]


def counts() -> tuple[int, int, int]:
    found = records.count_types(actor=OPERATOR)
    return (
        found.get("QuestionnaireResponse", 0),
        found.get("Observation", 0),
        models.Saving.objects.count(),
    )


def test_saved_answers_are_a_response_with_its_observations(database):
    resident = factory.resident()
    saved = save(resident)
    assert (saved.version, saved.is_repeated) == (1, False)
    assert sorted(saved.observations) == ["blood_pressure", "bmi", "height", "weight_now"]
    assert saved.effective_on == datetime.date(2026, 5, 2)
    response = body("QuestionnaireResponse", saved.response_id)
    assert response["status"] == "completed"
    assert response["questionnaire"] == "urn:kangmai:form:hypertension_followup|2017-02-28"
    assert response["subject"] == {"reference": f"Patient/{resident.patient_id}"}
    assert response["authored"] == "2026-05-02T02:00:00.000Z"
    pressure = body("Observation", saved.observations["blood_pressure"])
    assert pressure["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{saved.response_id}"}]
    assert pressure["subject"] == {"reference": f"Patient/{resident.patient_id}"}
    assert pressure_of(saved.observations["blood_pressure"]) == [132, 84]
    read = queries.get_answers(saved.response_id, actor=doctor(), at=AT)
    assert read.answers == saved.answers
    assert (read.account, read.account_name, read.organization) == (1, "test", factory.CLINIC)
    assert read.status is ResponseStatus.COMPLETED


def test_same_key_gives_the_first_result(database):
    resident = factory.resident()
    first, second = save(resident), save(resident)
    assert second.is_repeated
    assert (second.response_id, second.observations, second.answers) == (
        first.response_id,
        first.observations,
        first.answers,
    )
    assert counts() == (1, 4, 1)


def test_same_key_for_other_content_is_refused(database):
    resident = factory.resident()
    save(resident)
    with pytest.raises(errors.KeyReused):
        save(resident, systolic="133")
    assert counts() == (1, 4, 1)


def test_key_belongs_to_an_account(database):
    from dataclasses import replace

    resident = factory.resident()
    save(resident)
    other = replace(doctor(), account=2)
    assert not save(resident, actor=other, systolic="140").is_repeated
    assert counts() == (2, 8, 2)


def test_key_must_be_one(database):
    resident = factory.resident()
    for key in ("", "short", "with space 1", "x" * 65):
        with pytest.raises(errors.KeyMissing):
            save(resident, key=key)
    assert counts() == (0, 0, 0)


def test_form_sent_twice_at_once_is_saved_once(database):
    resident = factory.resident()
    results = at_once(6, lambda: save(resident))
    assert len({each.response_id for each in results}) == 1
    assert sum(not each.is_repeated for each in results) == 1
    assert counts() == (1, 4, 1)


def test_refused_answers_change_nothing(database):
    resident = factory.resident()
    with pytest.raises(errors.AnswersRefused) as refused:
        save(resident, systolic="1300", method="")
    assert [(f.place, f.kind.value) for f in refused.value.faults] == [
        ("method", "refused"),
        ("systolic", "refused"),
    ]
    assert "1300" not in str(refused.value)
    assert counts() == (0, 0, 0)


def test_child_is_refused(database):
    child = factory.resident(birth_date=datetime.date(2016, 1, 1))
    with pytest.raises(errors.NotForThisResident):
        save(child)
    assert counts() == (0, 0, 0)


def test_a_day_before_birth_hides_no_other_fault(database):
    resident = factory.resident(birth_date=datetime.date(1980, 1, 1))
    with pytest.raises(errors.AnswersRefused) as refused:
        save(resident, visited_on="1979-12-31", systolic="1300")
    assert sorted(fault.place for fault in refused.value.faults) == ["systolic", "visited_on"]
    assert counts() == (0, 0, 0)


def test_occasion_is_answered_once(database):
    resident = factory.resident()
    saved = save(resident, occasion="visit:1")
    with pytest.raises(errors.AlreadyAnswered, match=saved.response_id):
        save(resident, occasion="visit:1", key="key-00000003")
    save(resident, occasion="visit:2", key="key-00000004")
    assert counts() == (2, 8, 2)


def test_two_people_answer_one_occasion_at_once(database):
    resident = factory.resident()
    keys = iter([f"key-0000010{n}" for n in range(4)])

    def one():
        try:
            return save(resident, occasion="visit:1", key=next(keys))
        except errors.AlreadyAnswered as error:
            return error

    results = at_once(4, one)
    assert sum(isinstance(each, errors.AlreadyAnswered) for each in results) == 3
    assert counts() == (1, 4, 1)


def test_caller_that_fails_takes_the_answers_back(database):
    resident = factory.resident()
    with pytest.raises(RuntimeError), transaction.atomic():
        save(resident)
        raise RuntimeError
    assert counts() == (0, 0, 0)
    assert not save(resident).is_repeated


def test_correction_keeps_the_earlier_answers(database):
    resident = factory.resident()
    saved = save(resident)
    corrected = correct(saved, systolic="152", height="", referral_reason="血压未控制",
                        referral_institution="县医院")  # fmt: skip
    assert (corrected.response_id, corrected.version) == (saved.response_id, 2)
    assert body("QuestionnaireResponse", saved.response_id)["status"] == "amended"
    pressure = body("Observation", saved.observations["blood_pressure"])
    assert (pressure["status"], pressure_of(pressure["id"])) == ("corrected", [152, 84])
    assert body("Observation", saved.observations["height"])["status"] == "entered-in-error"
    assert body("Observation", saved.observations["height"])["valueQuantity"]["value"] == 168
    assert body("Observation", saved.observations["bmi"])["status"] == "entered-in-error"
    weight = records.get("Observation", saved.observations["weight_now"], actor=OPERATOR, at=AT)
    assert weight.version == 1  # it says the same as before
    now, before = queries.versions(saved.response_id, actor=doctor(), at=AT)
    assert (now.version, now.reason, now.answers.number("systolic")) == (2, "录入错误", 152)
    assert (before.version, before.reason, before.answers) == (1, "", saved.answers)
    assert (before.status, now.status) == (ResponseStatus.COMPLETED, ResponseStatus.AMENDED)
    changes = queries.changes(saved.response_id, since=1, actor=doctor(), at=AT)
    assert [(c.place, c.before["zh"], c.now["en"]) for c in changes] == [
        ("systolic", "132 mmHg", "152 mmHg"),
        ("height", "168 cm", "not answered"),
        ("bmi", "25.0 kg/m²", "not answered"),
        ("referral_reason", "未填", "血压未控制"),
        ("referral_institution", "未填", "县医院"),
    ]


def test_observation_comes_back_under_its_id(database):
    saved = save(factory.resident())
    without = correct(saved, height="")
    again = correct(without, key="key-00000003", height="170")
    assert again.observations["height"] == saved.observations["height"]
    height = body("Observation", saved.observations["height"])
    assert (height["status"], height["valueQuantity"]["value"]) == ("corrected", 170)


def test_correction_that_says_the_same_makes_no_version(database):
    saved = save(factory.resident())
    same = correct(saved)
    assert (same.version, same.answers) == (1, saved.answers)
    assert counts() == (1, 4, 1)


def test_second_corrector_is_told_what_changed(database):
    saved = save(factory.resident())
    correct(saved, systolic="152")
    with pytest.raises(errors.AnswersChanged) as changed:
        correct(saved, key="key-00000003", systolic="142")
    assert changed.value.details["current"] == 2
    assert [(c.link_id, c.before["en"], c.now["en"]) for c in changed.value.changes] == [
        ("systolic", "132 mmHg", "152 mmHg")
    ]
    assert "152" not in str(changed.value)
    assert pressure_of(saved.observations["blood_pressure"]) == [152, 84]


def test_two_correct_at_once_and_one_wins(database):
    saved = save(factory.resident())
    values = iter(["150", "160"])

    def one():
        value = next(values)
        try:
            return correct(saved, key=f"key-000000{value}", systolic=value)
        except errors.AnswersChanged as error:
            return error

    results = at_once(2, one)
    assert sum(isinstance(each, errors.AnswersChanged) for each in results) == 1
    assert counts() == (1, 4, 2)


def test_correction_is_repeatable_by_its_key(database):
    saved = save(factory.resident())
    first = correct(saved, systolic="152")
    second = correct(saved, systolic="152")
    assert (second.version, second.is_repeated, second.answers) == (2, True, first.answers)
    assert counts() == (1, 4, 2)


def test_correction_needs_a_reason(database):
    saved = save(factory.resident())
    for reason in ("", "  ", "x" * 201):
        with pytest.raises(errors.ReasonMissing):
            correct(saved, reason=reason, systolic="152")
    assert pressure_of(saved.observations["blood_pressure"]) == [132, 84]


def test_other_institution_may_read_but_not_correct(database):
    saved = save(factory.resident())
    colleague = factory.actor(places=[factory.HERE], organizations=[factory.COLLEAGUES])
    assert queries.get_answers(saved.response_id, actor=colleague, at=AT).version == 1
    with pytest.raises(NotPermitted):
        correct(saved, actor=colleague, systolic="152")
    assert counts() == (1, 4, 1)


def test_withdrawn_answers_are_in_error_and_their_occasion_is_free(database):
    resident = factory.resident()
    saved = save(resident, occasion="visit:1")
    withdrawn = actions.withdraw_answers(
        response_id=saved.response_id,
        reason="填错居民",
        expected_version=1,
        key="key-00000002",
        actor=doctor(),
        at=LATER,
    )
    assert withdrawn.version == 2
    assert body("QuestionnaireResponse", saved.response_id)["status"] == "entered-in-error"
    for id in saved.observations.values():
        assert body("Observation", id)["status"] == "entered-in-error"
    with pytest.raises(errors.AnswersWithdrawn):
        correct(withdrawn, key="key-00000003", systolic="152")
    anew = save(resident, occasion="visit:1", key="key-00000004")
    assert anew.response_id != saved.response_id


def test_neighbour_can_neither_save_nor_read(database):
    resident = factory.resident()
    with pytest.raises(ResidentNotFound):
        save(resident, actor=neighbour())
    assert counts() == (0, 0, 0)
    saved = save(resident)
    for read in (queries.get_answers, queries.versions):
        with pytest.raises(errors.ResponseNotFound):
            read(saved.response_id, actor=neighbour(), at=AT)
    with pytest.raises(errors.ResponseNotFound):
        correct(saved, actor=neighbour(), systolic="152")
    with pytest.raises(errors.ResponseNotFound):
        queries.get_answers("no-uuid", actor=doctor(), at=AT)


def test_reader_may_not_save(database):
    reader = doctor(permissions=["records.read", "records.search", "identity.search"])
    with pytest.raises(NotPermitted):
        save(factory.resident(), actor=reader)
    assert counts() == (0, 0, 0)


def test_saving_is_in_the_trail(database):
    from django.db import connection

    saved = save(factory.resident())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT object_id, details->>'form' FROM kernel_audit WHERE action = 'forms.save'"
        )
        assert cursor.fetchall() == [(saved.response_id, "hypertension_followup")]

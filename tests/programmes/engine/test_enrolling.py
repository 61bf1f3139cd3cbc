"""Who comes into a programme, by which way, once; how he leaves it, moves, dies, is merged."""

import datetime
from dataclasses import replace

import orjson
import pytest

from kangmai.forms.errors import NotForThisResident
from kangmai.identity import actions as identity
from kangmai.kernel import definitions, feed
from kangmai.kernel.definitions import Definition
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import actions, errors, models, queries
from kangmai.programmes.engine.checks import check_programme
from kangmai.programmes.engine.types import Filter, Show, State, Way
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from tests.factories.concurrency import at_once
from tests.factories.programmes import (
    ADMIN,
    AT,
    CLINIC,
    DOCTOR,
    HOSPITAL,
    NEIGHBOUR,
    NEIGHBOUR_DOCTOR,
    OTHER_CLINIC,
    TODAY,
    answers,
    enrolment,
    resident,
    visit,
)

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat
LOINC = "http://loinc.org"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def pressure(
    patient_id: str, systolic: float, diastolic: float, on: str, unit: str = "mm[Hg]"
) -> dict:
    """A blood pressure as a hospital sends it."""

    def component(code: str, value: float) -> dict:
        quantity = {
            "value": value,
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        }
        return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": quantity}

    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": on,
        "component": [component("8480-6", systolic), component("8462-4", diastolic)],
    }


def diagnosis(patient_id: str, code: str, on: str) -> dict:
    """A diagnosis as a hospital sends it."""
    coding = {"system": "http://hl7.org/fhir/sid/icd-10", "code": code}
    return {
        "resourceType": "Condition",
        "code": {"coding": [coding]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "recordedDate": on,
    }


def send(*resources: dict) -> None:
    """The hospital sends resources, and everyone who follows the record hears of them."""
    operations = [Operation(Verb.CREATE, r["resourceType"], raw=orjson.dumps(r)) for r in resources]
    records.transact(operations, source=Source("hospital", HOSPITAL), actor=ADMIN, at=AT)
    feed.drain()


def suspects() -> list:
    return list(queries.worklist(filter=Filter(Show.SUSPECTED), actor=DOCTOR, at=AT).rows)


def test_a_raised_reading_from_anywhere_makes_somebody_suspected() -> None:
    someone = resident()
    send(pressure(someone.patient_id, 140, 80, "2026-02-20"))
    (row,) = suspects()
    assert (row.name, row.enrolment.state, row.enrolment.way) == ("李丽", State.SUSPECTED, Way.RULE)
    assert (row.enrolment.suspected_on, row.enrolment.evidence_days) == (day("2026-02-20"), 1)
    send(
        pressure(someone.patient_id, 120, 90, "2026-02-21"),
        pressure(someone.patient_id, 150, 95, "2026-02-21T10:00:00+08:00"),
    )
    (row,) = suspects()
    assert row.enrolment.evidence_days == 2
    evidence = queries.evidence_of(row.enrolment.id, actor=DOCTOR, at=AT)
    assert [each.measured_on for each in evidence] == [
        day("2026-02-21"),
        day("2026-02-21"),
        day("2026-02-20"),
    ]
    assert evidence[-1].measures == {"systolic": 140.0, "diastolic": 80.0}
    assert evidence[-1].organization == HOSPITAL


def test_what_raises_no_suspicion() -> None:
    young = resident(birth_date=day("1995-01-01"))
    managed = resident()
    enrolment(managed)
    usual = resident()
    send(
        pressure(young.patient_id, 160, 100, "2026-02-20"),
        pressure(managed.patient_id, 160, 100, "2026-02-20"),
        pressure(usual.patient_id, 139, 89, "2026-02-20"),
        {**pressure(usual.patient_id, 180, 100, "2026-02-20"), "status": "entered-in-error"},
        # eighteen kPa are 135 mmHg
        pressure(usual.patient_id, 18, 11, "2026-02-20", unit="kPa"),
        diagnosis(usual.patient_id, "I15.0", "2026-02-20"),
    )
    assert suspects() == []


def test_a_diagnosis_confirms_and_the_team_takes_on() -> None:
    someone = resident()
    send(diagnosis(someone.patient_id, "I10", "2026-02-20"))
    (row,) = suspects()
    assert (row.enrolment.state, row.enrolment.confirmed_on) == (State.CONFIRMED, day("2026-02-20"))
    managed = actions.confirm(
        enrolment_id=row.enrolment.id,
        on=TODAY,
        expected_version=row.enrolment.version,
        actor=DOCTOR,
        at=AT,
    )
    assert (managed.state, managed.enrolled_on) == (State.MANAGED, TODAY)
    assert managed.next_due_on == TODAY + datetime.timedelta(14)
    assert suspects() == []


def test_a_suspicion_is_dismissed_with_a_reason() -> None:
    someone = resident()
    send(pressure(someone.patient_id, 150, 80, "2026-02-20"))
    (row,) = suspects()
    asked = {
        "enrolment_id": row.enrolment.id,
        "expected_version": row.enrolment.version,
        "actor": DOCTOR,
        "at": AT,
    }
    with pytest.raises(errors.ClosingReasonUnknown):
        actions.dismiss(reason="bored", **asked)
    closed = actions.dismiss(reason="not_a_case", **asked)
    assert (closed.state, closed.closing_reason) == (State.CLOSED, "not_a_case")
    send(pressure(someone.patient_id, 150, 80, "2026-02-25"))
    assert suspects() == []  # what was measured before the dismissal was known to who dismissed


def test_nobody_is_enrolled_twice() -> None:
    someone = resident()
    first = enrolment(someone, key="enrol-key-a")
    assert enrolment(someone, key="enrol-key-a").id == first.id
    with pytest.raises(errors.AlreadyEnrolled):
        enrolment(someone, key="enrol-key-b")
    assert models.Enrolment.objects.count() == 1


def test_of_two_who_enrol_at_once_one_is_told() -> None:
    someone = resident()

    def once() -> str:
        try:
            return str(enrolment(someone).state)
        except errors.AlreadyEnrolled as error:
            return error.code

    assert sorted(at_once(2, once)) == ["AlreadyEnrolled", "managed"]
    assert models.Enrolment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"programme_id": "nothing"}, errors.ProgrammeUnknown),
        ({"on": day("2026-03-03")}, errors.EnrolmentInFuture),
        ({"anchors": {"last_period": day("2026-01-01")}}, errors.AnchorUnknown),
    ],
)
def test_an_enrolment_that_cannot_be(changes: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        enrolment(**changes)
    assert models.Enrolment.objects.count() == 0


def test_a_child_is_not_in_the_population() -> None:
    with pytest.raises(errors.NotInPopulation) as refused:
        enrolment(resident(birth_date=day("2016-01-01")))
    assert refused.value.details["zh_condition"] == "35 岁及以上的原发性高血压患者"


def test_closing_and_opening_again() -> None:
    first = visit(enrolment()).enrolment
    asked = {"enrolment_id": first.id, "on": TODAY, "actor": DOCTOR, "at": AT}
    closed = actions.close_enrolment(reason="moved", expected_version=first.version, **asked)
    assert (closed.state, closed.next_due_on, closed.planned) == (State.CLOSED, None, ())
    with pytest.raises(errors.EnrolmentNotManaged):
        visit(closed)
    opened = actions.reopen_enrolment(expected_version=closed.version, **asked)
    assert (opened.state, opened.next_due_on) == (State.MANAGED, first.next_due_on)
    died = actions.close_enrolment(reason="died", expected_version=opened.version, **asked)
    with pytest.raises(errors.CannotReopen):
        actions.reopen_enrolment(expected_version=died.version, **asked)


def correct(someone, **changes) -> None:
    identity.correct_resident(
        someone.id, someone.demographics, expected_version=1, actor=ADMIN, at=AT, **changes
    )
    feed.drain()


def test_a_death_closes_and_a_visit_after_it_is_refused() -> None:
    someone = resident()
    enrolled = enrolment(someone)
    correct(someone, deceased_on=day("2026-02-10"))
    closed = queries.get_enrolment(enrolled.id, actor=DOCTOR, at=AT)
    assert (closed.state, closed.closing_reason, closed.closed_on) == (
        State.CLOSED,
        "died",
        day("2026-02-10"),
    )
    models.Enrolment.objects.update(state=State.MANAGED, closed_on=None)
    with pytest.raises(NotForThisResident):  # the form knows of the death as well
        visit(closed)
    assert models.Visit.objects.count() == 0


def test_a_move_is_offered_to_the_new_team_and_changes_hands_when_accepted() -> None:
    someone = resident()
    enrolled = enrolment(someone)
    identity.move_resident(
        someone.id,
        place_code=NEIGHBOUR,
        address="",
        managing_org=OrganizationId(OTHER_CLINIC),
        expected_version=1,
        actor=ADMIN,
        at=AT,
    )
    feed.drain()
    (offered,) = listed(Show.TRANSFERS, NEIGHBOUR_DOCTOR)
    assert (offered.enrolment.id, offered.enrolment.transfer_to) == (enrolled.id, OTHER_CLINIC)
    assert listed(Show.ALL, NEIGHBOUR_DOCTOR) == []
    accepted = actions.accept_transfer(
        enrolment_id=enrolled.id,
        expected_version=offered.enrolment.version,
        actor=NEIGHBOUR_DOCTOR,
        at=AT,
    )
    assert (accepted.organization, accepted.place_code) == (OTHER_CLINIC, NEIGHBOUR)
    assert [row.enrolment.id for row in listed(Show.ALL, NEIGHBOUR_DOCTOR)] == [enrolled.id]
    assert listed(Show.ALL, DOCTOR) == []


def listed(show: Show, actor) -> list:
    return list(queries.worklist(filter=Filter(show), actor=actor, at=AT).rows)


def test_a_hand_over_is_refused_and_stays() -> None:
    enrolled = enrolment()
    asked = {"enrolment_id": enrolled.id, "at": AT}
    offered = actions.propose_transfer(
        to_organization=OrganizationId(OTHER_CLINIC),
        reason="就近",
        expected_version=enrolled.version,
        actor=DOCTOR,
        **asked,
    )
    with pytest.raises(errors.TransferPending):
        actions.propose_transfer(
            to_organization=OrganizationId(9),
            reason="",
            expected_version=offered.version,
            actor=DOCTOR,
            **asked,
        )
    with pytest.raises(errors.NoTransfer):
        actions.accept_transfer(expected_version=offered.version, actor=DOCTOR, **asked)
    refused = actions.refuse_transfer(
        reason="太远", expected_version=offered.version, actor=NEIGHBOUR_DOCTOR, **asked
    )
    assert (refused.organization, refused.transfer_to) == (CLINIC, None)


def test_two_enrolments_of_a_merged_resident_become_one() -> None:
    kept, retired = resident(), resident(name="李莉")
    first = enrolment(kept, on=day("2026-01-05"))
    second = visit(enrolment(retired, on=day("2026-01-01"))).enrolment
    visited = models.Visit.objects.get()
    identity.merge_residents(kept=kept.id, retired=retired.id, reason="同一人", actor=ADMIN, at=AT)
    feed.drain()
    rows = {row.id: row for row in models.Enrolment.objects.all()}
    # the one managed first goes on
    assert rows[second.id].state == State.MANAGED
    assert (rows[first.id].state, rows[first.id].closing_reason) == (State.CLOSED, "merged")
    visited.refresh_from_db()
    assert visited.enrolment_id == second.id
    (found, closed) = queries.enrolments_of(kept.id, actor=DOCTOR, at=AT)
    assert (found.id, closed.id) == (second.id, first.id)


def merge_and_part(kept, retired, between=lambda: None) -> None:
    identity.merge_residents(kept=kept.id, retired=retired.id, reason="同一人", actor=ADMIN, at=AT)
    feed.drain()
    between()
    identity.unmerge_resident(retired.id, reason="两个人", actor=ADMIN, at=AT)
    feed.drain()


def state_of(*ids) -> list[dict]:
    """All of some enrolments but what counts and dates their changes."""
    found = []
    for id in ids:
        row = models.Enrolment.objects.get(id=id)
        kept = {f.name: getattr(row, f.name) for f in row._meta.fields}
        del kept["version"], kept["updated_at"]
        kept["visits"] = sorted(row.visits.values_list("id", "standing"))
        kept["evidence"] = sorted(row.evidence.values_list("resource_id", flat=True))
        kept["planned"] = sorted(row.planned.values_list("service", "due_on", "reason"))
        kept["offers"] = list(row.transfers.values_list("decided_at", flat=True))
        found.append(kept)
    return found


def test_an_undone_merge_restores_both_enrolments_exactly() -> None:
    kept, retired = resident(), resident(name="李莉")
    first = visit(enrolment(kept, on=day("2026-01-05"))).enrolment
    urgent = answers(systolic="186")
    second = visit(enrolment(retired, on=day("2026-01-01")), given=urgent).enrolment
    actions.propose_transfer(
        enrolment_id=first.id,
        to_organization=OrganizationId(OTHER_CLINIC),
        reason="就近",
        expected_version=first.version,
        actor=DOCTOR,
        at=AT,
    )
    before = state_of(first.id, second.id)

    def joined() -> None:
        closed, _ = state_of(first.id, second.id)
        assert (closed["state"], closed["closing_reason"]) == (State.CLOSED, "merged")

    merge_and_part(kept, retired, joined)
    assert state_of(first.id, second.id) == before
    # and once more: nothing was used up
    identity_pins().delete()
    merge_and_part(kept, retired)
    assert state_of(first.id, second.id) == before


def identity_pins():
    from kangmai.identity import models as index

    return index.Pin.objects.all()


def test_what_became_of_visits_meanwhile_goes_back_with_them() -> None:
    kept, retired = resident(), resident(name="李莉")
    first = enrolment(kept, on=day("2026-01-01"))
    second = visit(
        enrolment(retired, on=day("2026-01-05")), given=answers(systolic="186")
    ).enrolment
    made = models.Visit.objects.get()

    def correct_and_visit() -> None:
        assert queries.get_visit(made.id, actor=DOCTOR, at=AT).enrolment_id == first.id
        actions.correct_visit(
            visit_id=made.id,
            given=answers(systolic="128"),
            reason="看错读数",
            expected_version=1,
            key="correct-1",
            actor=DOCTOR,
            at=AT,
        )

    merge_and_part(kept, retired, correct_and_visit)
    (mine, theirs) = state_of(first.id, second.id)
    assert (mine["visits"], mine["latest_class"]) == ([], "")
    assert [standing for _, standing in theirs["visits"]] == ["corrected", "current"]
    assert (theirs["state"], theirs["latest_class"]) == (State.MANAGED, "controlled")


def test_evidence_of_two_suspicions_is_one_and_is_parted() -> None:
    kept, retired = resident(), resident(name="李莉")
    send(
        pressure(kept.patient_id, 150, 80, "2026-02-20"),
        pressure(retired.patient_id, 152, 82, "2026-02-21"),
    )

    def joined() -> None:
        (row,) = suspects()
        assert row.enrolment.evidence_days == 2
        assert len(queries.evidence_of(row.enrolment.id, actor=DOCTOR, at=AT)) == 2

    merge_and_part(kept, retired, joined)
    assert [row.enrolment.evidence_days for row in suspects()] == [1, 1]


def test_the_night_finds_whom_the_day_could_not() -> None:
    of_age = resident(birth_date=day("1991-02-01"))
    send(
        diagnosis(of_age.patient_id, "I10", "2026-01-20"),  # at 34 years
        diagnosis(resident(birth_date=day("1995-01-01")).patient_id, "I10", "2026-02-20"),
        diagnosis(resident().patient_id, "I15.0", "2026-02-20"),
        {
            **diagnosis(resident().patient_id, "I10", "2026-02-20"),
            "verificationStatus": {"coding": [{"system": VERIFICATION, "code": "refuted"}]},
        },
    )
    dismissed = resident()
    actions.close_enrolment(
        enrolment_id=enrolment(dismissed).id,
        reason="not_a_case",
        on=TODAY,
        expected_version=1,
        actor=DOCTOR,
        at=AT,
    )
    send(diagnosis(dismissed.patient_id, "I10", "2026-02-20"))
    assert suspects() == []
    assert actions.screen_all(actor=ADMIN, at=AT)["hypertension"] == 1
    (row,) = suspects()
    found = row.enrolment
    assert (found.resident_id, found.state, found.way) == (of_age.id, State.CONFIRMED, Way.RULE)
    assert found.suspected_on == TODAY
    (evidence,) = queries.evidence_of(found.id, actor=DOCTOR, at=AT)
    assert (evidence.measures, evidence.measured_on) == ({"code": "I10"}, day("2026-01-20"))
    assert actions.screen_all(actor=ADMIN, at=AT)["hypertension"] == 0


def test_the_night_may_take_in_a_whole_population(monkeypatch) -> None:
    from kangmai.programmes.engine.actions import screening
    from kangmai.programmes.engine.definition.types import ByRule
    from kangmai.programmes.engine.kinds import LooksAt

    everybody = replace(
        queries.programme("hypertension", on=TODAY),
        by_rule=ByRule(LooksAt.POPULATION, State.MANAGED),
    )
    monkeypatch.setattr(screening, "programme", lambda id, *, on: everybody)
    monkeypatch.setattr(screening, "PORTION", 2)
    already = enrolment().resident_id
    some = {resident().id for _ in range(5)}
    resident(birth_date=day("2016-01-01"))
    asked = {"programme_id": "hypertension", "actor": ADMIN, "at": AT}
    assert actions.screen(**asked) == 5
    rows = models.Enrolment.objects.all()
    assert {row.resident_id for row in rows} == {*some, already}
    assert {row.enrolled_on for row in rows.filter(resident_id__in=some)} == {TODAY}
    assert actions.screen(**asked) == 0
    actions.replan(programme_id="hypertension", on=TODAY, actor=ADMIN, at=AT)
    assert rows.filter(next_due_on=None).count() == 0


def hypertension() -> Definition:
    programmes = definitions.load("programmes", "programme")
    return next(each for each in programmes if each.id == "hypertension")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"unit": "kPa"}, "unit: the form 'hypertension_followup' asks for 'systolic' in mm[Hg]"),
        ({"unit": "mmHg"}, "unit: 'mmHg' is no UCUM unit that is known here"),
        ({"item": "sistolic"}, "item: no version of the form 'hypertension_followup' asks for 'sistolic'"),
    ],
)  # fmt: skip
def test_a_rule_file_with_a_wrong_unit_is_refused(change: dict[str, str], fault: str) -> None:
    found = hypertension()
    follow_up, *others = found.content["services"]
    answers = follow_up["answers"]
    changed = {**answers, "systolic": {**answers["systolic"], **change}}
    content = {**found.content, "services": [{**follow_up, "answers": changed}, *others]}
    faults = list(check_programme(replace(found, content=content)))
    assert faults[0] == f"/services/0/answers/systolic/{fault}"


def test_a_rule_file_that_looks_at_nothing_is_refused() -> None:
    found = hypertension()
    content = {
        **found.content,
        "enrolment": {"ways": ["hand"], "by_rule": {"looks_at": "diagnoses"}},
    }
    content["suspicion"] = {
        **content["suspicion"],
        "diagnoses": {"system": "icd-10", "prefixes": []},
    }
    faults = list(check_programme(replace(found, content=content)))
    assert [fault.split(":")[0] for fault in faults] == ["/enrolment/by_rule"] * 2

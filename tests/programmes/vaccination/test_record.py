"""Doses given elsewhere, corrections, the late, coverage, and report cards of reactions."""

import datetime
from uuid import uuid4

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State, Subject
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.messages.models import Message
from kangmai.programmes.vaccination import actions, models, queries, standing
from kangmai.programmes.vaccination.errors import (
    AefiNotFound,
    BeforeBirth,
    ClassUnknown,
    DoseNotFound,
    DoseOnRecord,
    InTheFuture,
    KeyReused,
    OnsetBeforeDose,
    ParticularsUnlikely,
    ReasonMissing,
    WrongState,
)
from kangmai.programmes.vaccination.handlers import follow_residents
from kangmai.programmes.vaccination.types import (
    AefiState,
    Particulars,
    Severity,
)
from tests.programmes.vaccination.factories import (
    AT,
    COUNTY,
    TODAY,
    VILLAGE,
    cdc,
    child,
    desk,
    elsewhere,
    next_door,
    on_record,
)

BORN = datetime.date(2025, 1, 10)
HOUR = datetime.timedelta(hours=1)


def test_a_dose_too_early_is_a_fact_that_does_not_count(database, town):
    nurse, baby = desk(town), child(BORN)
    on_record(baby, ("HepB", "2025-01-10"))
    entered = elsewhere(baby, "HepB", "2025-02-06", by=nurse, lot="A9", place="外省某医院")
    assert entered.dose.is_valid is False
    assert "27" not in entered.dose.reason.en and "28 days" in entered.dose.reason.en
    assert Message.objects.filter(template="vaccination_invalid_dose").count() == 1
    file = queries.record_of(baby.id, actor=nurse, at=AT)
    assert [(each.recorded.day, each.dose, each.is_valid) for each in file.doses] == [
        (datetime.date(2025, 1, 10), 1, True),
        (datetime.date(2025, 2, 6), 2, False),
    ]
    again = next(each for each in file.lines if (each.vaccine, each.dose) == ("HepB", 2))
    assert again.status == "overdue" and "does not count" in again.reason.en
    kept = file.doses[1].recorded
    assert (kept.lot, kept.place, kept.is_primary) == ("A9", "外省某医院", False)


def test_what_cannot_have_been_is_refused(database, town):
    nurse, baby, key = desk(town), child(BORN), uuid4()
    with pytest.raises(BeforeBirth):
        elsewhere(baby, "HepB", "2025-01-09", by=nurse)
    with pytest.raises(InTheFuture):
        elsewhere(baby, "HepB", "2026-11-23", by=nurse)
    assert queries.record_of(baby.id, actor=nurse, at=AT).doses == ()
    first = elsewhere(baby, "HepB", "2025-01-10", by=nurse, key=key)
    assert elsewhere(baby, "HepB", "2025-01-10", by=nurse, key=key) .immunization == first.immunization  # fmt: skip
    with pytest.raises(KeyReused):
        elsewhere(baby, "BCG", "2025-01-10", by=nurse, key=key)
    with pytest.raises(DoseOnRecord):
        elsewhere(baby, "HepB", "2025-01-10", by=nurse)
    assert len(queries.record_of(baby.id, actor=nurse, at=AT).doses) == 1


def test_a_correction_needs_a_reason_and_the_version_that_was_seen(database, town):
    nurse, baby = desk(town), child(BORN)
    id = elsewhere(baby, "HepB", "2025-02-06", by=nurse).immunization
    on_record(baby, ("BCG", "2025-01-10"), by=town.neighbour)
    change = {"resident_id": baby.id, "immunization": id, "vaccine": "HepB", "lot": "", "actor": nurse, "at": AT}  # fmt: skip
    day = datetime.date(2025, 2, 10)
    with pytest.raises(ReasonMissing):
        actions.correct_dose(day=day, reason="", expected_version=1, **change)
    with pytest.raises(ChangedMeanwhile):
        actions.correct_dose(day=day, reason="录入错误", expected_version=2, **change)
    with pytest.raises(BeforeBirth):
        actions.correct_dose(day=datetime.date(2024, 1, 1), reason="x", expected_version=1, **change)  # fmt: skip
    found = actions.correct_dose(day=day, reason="录入错误", expected_version=1, **change)
    assert (found.recorded.day, found.recorded.version) == (day, 2)
    others = next(each.recorded for each in queries.record_of(baby.id, actor=nurse, at=AT).doses if each.recorded.vaccine == "BCG")  # fmt: skip
    said = {"resident_id": baby.id, "reason": "录入错误", "actor": nurse, "at": AT}
    with pytest.raises(DoseNotFound):
        actions.withdraw_dose(immunization=others.id, expected_version=1, **said)
    actions.withdraw_dose(immunization=id, expected_version=2, **said)
    assert [each.recorded.vaccine for each in queries.record_of(baby.id, actor=nurse, at=AT).doses] == ["BCG"]  # fmt: skip


def test_two_reports_of_one_dose_are_one(database, town):
    nurse, baby = desk(town), child(BORN)
    on_record(baby, ("HepB", "2025-01-10"), by=town.centre)
    on_record(baby, ("HepB", "2025-01-10"), by=town.neighbour)
    first, second = queries.record_of(baby.id, actor=nurse, at=AT).doses
    assert (first.is_valid, second.is_duplicate, second.is_valid) == (True, True, None)


def test_beginnings_change_the_forecast(database, town):
    nurse, baby = desk(town), child(datetime.date(2026, 11, 1))
    said = Particulars(birth_weight_g=1800, gestation_weeks=34, mother_hbsag="negative")
    actions.set_particulars(resident_id=baby.id, said=said, actor=nurse, at=AT)
    file = queries.record_of(baby.id, actor=nurse, at=AT)
    first = next(each for each in file.lines if each.vaccine == "HepB")
    assert first.earliest == datetime.date(2026, 11, 29)
    with pytest.raises(ChangedMeanwhile):
        actions.set_particulars(resident_id=baby.id, said=said, actor=nurse, at=AT)
    with pytest.raises(ParticularsUnlikely):
        actions.set_particulars(resident_id=baby.id, said=Particulars(birth_weight_g=18), actor=nurse, at=AT)  # fmt: skip


def test_the_late_are_listed_by_village_and_called_in(database, town):
    nurse = desk(town)
    late, good = child(datetime.date(2026, 7, 1)), child(datetime.date(2026, 10, 25))
    on_record(late, ("HepB", "2026-07-01"))
    on_record(good, ("HepB", "2026-10-25"), ("BCG", "2026-10-25"))
    child(datetime.date(2026, 7, 1), place="441203101001")
    child(datetime.date(2000, 7, 1))
    assert standing.judge_due(on=TODAY) == 3
    assert standing.judge_due(on=TODAY) == 0
    (found,) = queries.late(on=TODAY, actor=nurse)
    assert found.resident_id == late.id
    lacking = {(each.vaccine, each.dose) for each in found.doses if each.is_overdue}
    assert lacking == {("HepB", 2), ("BCG", 1), ("IPV", 1), ("DTaP", 1)}
    assert queries.late(on=TODAY, series="mmr", actor=nurse) == []
    assert len(queries.late(on=TODAY, actor=next_door(town))) == 1
    assert queries.count_late(place=COUNTY, on=TODAY, actor=cdc(town)) == 1
    assert actions.call_in(place=VILLAGE, actor=nurse, at=AT) == 1
    assert queries.late(on=TODAY, actor=nurse)[0].called_on == TODAY
    assert actions.call_in(place=VILLAGE, actor=next_door(town), at=AT) == 0


def test_coverage_counts_what_was_due(database, town):
    nurse = desk(town)
    timely, behind = child(datetime.date(2025, 1, 10)), child(datetime.date(2025, 1, 10))
    on_record(timely, ("HepB", "2025-01-10"), ("HepB", "2025-02-10"))
    on_record(behind, ("HepB", "2025-01-10"), ("HepB", "2025-06-10"))
    boy = child(datetime.date(2013, 1, 10), sex="1")
    girl = child(datetime.date(2013, 1, 10), sex="2")
    standing.judge_residents([each.id for each in (timely, behind, boy, girl)], on=TODAY)
    year = {"born_from": datetime.date(2025, 1, 1), "born_to": datetime.date(2026, 1, 1)}
    found = {(each.series, each.dose): (each.due, each.given, each.timely) for each in queries.coverage(**year, on=TODAY, actor=nurse)}  # fmt: skip
    assert found["hepb", 2] == (2, 2, 1)
    assert found["hepb", 3] == (2, 0, 0)
    assert ("mmr", 2) in found and ("polio", 4) not in found
    cohort = {"born_from": datetime.date(2013, 1, 1), "born_to": datetime.date(2014, 1, 1)}
    assert {each.series: each.due for each in queries.coverage(**cohort, on=TODAY, actor=nurse)}["hpv"] == 1  # fmt: skip
    assert queries.coverage(**year, on=TODAY, actor=next_door(town)) == []
    assert queries.coverage(**year, place="441203", on=TODAY, actor=cdc(town)) == []


def test_rows_follow_those_who_move_grow_up_and_die(database, town):
    baby = child(BORN)
    standing.judge_residents([baby.id], on=TODAY)
    assert models.Child.objects.get().place_code == VILLAGE
    from kangmai.identity.models import Resident

    Resident.objects.filter(pk=baby.id).update(place_code="441203101001")
    event = type("Event", (), {"data": {"key": str(baby.id), "data": {}}})
    follow_residents([event])
    assert models.Child.objects.get().place_code == "441203101001"
    Resident.objects.filter(pk=baby.id).update(deceased_on=TODAY)
    follow_residents([event])
    assert not models.Child.objects.exists()
    assert not models.Standing.objects.exists()
    grown = child(datetime.date(2008, 11, 23))
    standing.judge_due(on=TODAY)
    assert models.Child.objects.filter(pk=grown.id).exists()
    standing.judge_due(on=TODAY + datetime.timedelta(1))
    assert not models.Child.objects.filter(pk=grown.id).exists()


def told(**changes):
    usual = {
        "vaccines": ["MMR"],
        "vaccinated_on": TODAY,
        "onset_at": AT,
        "found_at": AT,
        "reaction": "fever",
        "severity": Severity.ORDINARY,
        "narrative": "接种后两小时发热",
    }
    return actions.Told(**{**usual, **changes})


def clocks(card, actor):
    found = deadlines.of_subject(Subject("vaccination_aefi", str(card.id)), actor=actor)
    return {each.definition: (each.state, each.due_at) for each in found}


def test_a_reaction_is_reported_within_its_limit_and_classified(database, town):
    nurse, officer, baby = desk(town), cdc(town), child(BORN)
    key = uuid4()
    begin = {"resident_id": baby.id, "actor": nurse, "at": AT}
    card = actions.find_reaction(told=told(), key=key, **begin)
    assert actions.find_reaction(told=told(), key=key, **begin).id == card.id
    assert clocks(card, nurse) == {"aefi_report_48h": (State.OPEN, AT + 48 * HOUR)}
    grave = told(severity=Severity.SEVERE, reaction="anaphylaxis")
    with pytest.raises(WrongState):
        actions.review(aefi_id=card.id, class_code="2", note="x", expected_version=1, actor=officer, at=AT)  # fmt: skip
    sent = actions.report(aefi_id=card.id, told=grave, expected_version=1, actor=nurse, at=AT + HOUR)  # fmt: skip
    assert sent.state is AefiState.REPORTED and sent.narrative == "接种后两小时发热"
    assert {id: state for id, (state, _) in clocks(card, nurse).items()} == {
        "aefi_report_48h": State.CANCELLED,
        "aefi_report_2h": State.MET,
    }
    back = actions.return_card(aefi_id=card.id, reason="补充抢救经过", expected_version=2, actor=officer, at=AT)  # fmt: skip
    actions.report(aefi_id=card.id, told=grave, expected_version=back.version, actor=nurse, at=AT + 2 * HOUR)  # fmt: skip
    with pytest.raises(ClassUnknown):
        actions.review(aefi_id=card.id, class_code="9", note="x", expected_version=4, actor=officer, at=AT)  # fmt: skip
    done = actions.review(aefi_id=card.id, class_code="2", note="诊断专家组意见", expected_version=4, actor=officer, at=AT)  # fmt: skip
    assert (done.state, done.class_code) == (AefiState.REVIEWED, "2")
    assert [each.id for each in queries.cards_of(baby.id, actor=nurse)] == [card.id]
    with pytest.raises(AefiNotFound):
        queries.get_card(card.id, actor=next_door(town))
    assert queries.cards(actor=next_door(town)) == []
    with pytest.raises(AefiNotFound):
        actions.report(aefi_id=card.id, told=grave, expected_version=5, actor=next_door(town), at=AT)  # fmt: skip
    assert "发热" not in bytes(models.Aefi.objects.get().narrative).decode("utf-8", "ignore")


def test_a_reaction_after_it_was_found_is_refused(database, town):
    baby = child(BORN)
    with pytest.raises(InTheFuture):
        actions.find_reaction(resident_id=baby.id, told=told(onset_at=AT + HOUR, found_at=AT), key=uuid4(), actor=desk(town), at=AT + 2 * HOUR)  # fmt: skip


@pytest.mark.parametrize(("days", "is_refused"), [(1, True), (0, False)])
def test_a_reaction_before_the_vaccination_is_refused(database, town, days, is_refused):
    baby, day = child(BORN), TODAY + datetime.timedelta(days)
    begin = {"resident_id": baby.id, "told": told(vaccinated_on=day), "key": uuid4(), "actor": desk(town), "at": AT}  # fmt: skip
    if is_refused:
        with pytest.raises(OnsetBeforeDose):
            actions.find_reaction(**begin)
    else:
        actions.find_reaction(**begin)
    assert models.Aefi.objects.filter(resident_id=baby.id).exists() is not is_refused

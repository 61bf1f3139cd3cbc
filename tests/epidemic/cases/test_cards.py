"""A card through its life: diagnosed, submitted, received above, reviewed, corrected, ended, taken away."""

import datetime
import shutil
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from kangmai.config.sealed import HASHED
from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as Standing
from kangmai.epidemic.cases import actions, models, queries
from kangmai.epidemic.cases.clocks import KEEPER, subject
from kangmai.epidemic.cases.errors import (
    AssistanceDecided,
    AssistanceNotFound,
    CardChanged,
    CardNotFound,
    CardRefused,
    DeathImpossible,
    DiagnosisInFuture,
    DuplicateCard,
    MayNotOpen,
    NotElsewhere,
    NotInThisState,
    NotYetFinal,
    PlaceNotThere,
    ReasonMissing,
)
from kangmai.epidemic.cases.types import AssistanceState, Deed, PlaceState, Removal, Show, State
from kangmai.handover import actions as handover
from kangmai.handover import queries as ledger
from kangmai.handover.types import State as Row
from kangmai.kernel import sealing
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.rehashing import rotate_hashes
from tests.factories.cases_town import card
from tests.factories.portal_town import OPERATOR

AT = datetime.datetime(2026, 11, 20, 2, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
NUMBER_LESS = ("document_number",)

pytestmark = pytest.mark.usefixtures("database")


def clocks(card_id):
    row = models.Card.objects.get(pk=card_id)
    return {e.definition: e for e in deadlines.of_subject(subject(row), actor=KEEPER)}


@pytest.fixture
def submitted(cases):
    """A function that diagnoses and submits a card of the hospital."""

    def make(login="doctor", at=AT, resident=None, **different):
        actor = cases.actor(login, at)
        content = card(at, **different)
        made = actions.begin_card(content=content, resident_id=resident, key="", actor=actor, at=at)
        return actions.submit(
            card_id=made.line.card_id, content=content, confirmed=NUMBER_LESS,
            expected_version=made.version, key="", actor=actor, at=at,
        )  # fmt: skip

    return make


def test_the_legal_clock_runs_from_the_diagnosis_and_stops_at_the_receipt(cases):
    doctor, later = cases.actor("doctor", AT), AT + 3 * HOUR
    content = card(AT - 5 * HOUR)
    made = actions.begin_card(content=content, resident_id=None, key="k", actor=doctor, at=AT)
    clock = clocks(made.line.card_id)["report_24h"]
    assert (clock.started_at, clock.due_at) == (AT - 5 * HOUR, AT + 19 * HOUR)
    sent = actions.submit(
        card_id=made.line.card_id, content=content, confirmed=NUMBER_LESS, expected_version=made.version,
        key="s", actor=doctor, at=later,
    )  # fmt: skip
    assert sent.line.state is State.SUBMITTED
    assert (
        clocks(made.line.card_id)["report_24h"].state is Standing.OPEN
    )  # saving here stops nothing
    (entry,) = ledger.of_subject(
        subject(models.Card.objects.get(pk=made.line.card_id)), actor=doctor
    )
    assert entry.state is Row.PREPARED and not entry.faults
    handover.mark_sent_by_hand(entries=[(entry.id, entry.version)], actor=doctor, at=later)
    entry = ledger.get_entry(entry.id, actor=doctor)
    handover.record_receipt(
        entry_id=entry.id, receipt_number="44120220260000001", expected_version=entry.version,
        actor=doctor, at=later + HOUR,
    )  # fmt: skip
    met = clocks(made.line.card_id)["report_24h"]
    assert (met.state, met.met_at, met.proof_kind) == (Standing.MET, later + HOUR, "handover")


def test_the_same_form_twice_makes_one_card(cases):
    doctor = cases.actor("doctor", AT)
    one, two = (
        actions.begin_card(content=card(AT), resident_id=None, key="twice", actor=doctor, at=AT)
        for _ in range(2)
    )
    assert one.line.card_id == two.line.card_id and models.Card.objects.count() == 1


def test_two_hours_for_cholera_and_anew_when_the_disease_is_corrected(cases, submitted):
    made = submitted(disease="0200", case_class="2")
    assert clocks(made.line.card_id)["report_2h"].due_at == AT + 2 * HOUR
    assert clocks(made.line.card_id)["case_review_2h"].owner_org == cases.cdc.id
    doctor = cases.actor("doctor", AT)
    mended = actions.correct(
        card_id=made.line.card_id, content=replace(made.content, disease="4000"), note="培养阴性",
        confirmed=NUMBER_LESS, expected_version=made.version, key="", actor=doctor, at=AT + HOUR,
    )  # fmt: skip
    found = clocks(mended.line.card_id)
    assert found["report_2h"].state is Standing.CANCELLED
    assert (found["report_24h"].state, found["report_24h"].started_at) == (Standing.OPEN, AT)


def test_a_card_with_faults_changes_nothing(cases):
    doctor = cases.actor("doctor", AT)
    content = card(AT, phone="", occupation="4")
    made = actions.begin_card(content=content, resident_id=None, key="", actor=doctor, at=AT)
    with pytest.raises(CardRefused) as caught:
        actions.submit(
            card_id=made.line.card_id,
            content=content,
            expected_version=made.version,
            key="",
            actor=doctor,
            at=AT,
        )
    assert {f.field for f in caught.value.faults} == {"phone", "workplace", "document_number"}
    assert models.Card.objects.get().state == "diagnosed"
    with pytest.raises(DiagnosisInFuture):
        actions.begin_card(content=card(AT + HOUR), resident_id=None, key="", actor=doctor, at=AT)


def test_review_return_end_and_who_may(cases, submitted):
    made = submitted(case_class="1")
    id, version = made.line.card_id, made.version
    county, there, city, doctor = (
        cases.actor(login, AT) for login in ("cdc", "cdc_there", "city_cdc", "doctor")
    )
    with pytest.raises(CardNotFound):
        actions.review(card_id=id, expected_version=version, key="", actor=there, at=AT)
    with pytest.raises(NotPermitted):
        actions.review(card_id=id, expected_version=version, key="", actor=doctor, at=AT)
    with pytest.raises(CardChanged):
        actions.review(card_id=id, expected_version=version + 1, key="", actor=county, at=AT)
    with pytest.raises(ReasonMissing):
        actions.return_card(
            card_id=id, note=" ", expected_version=version, key="", actor=county, at=AT
        )
    back = actions.return_card(
        card_id=id, note="地址不详", expected_version=version, key="", actor=county, at=AT
    )
    again = actions.submit(
        card_id=id, content=back.content, confirmed=NUMBER_LESS, expected_version=back.version, key="",
        actor=doctor, at=AT + HOUR,
    )  # fmt: skip
    assert again.line.reported_at == AT  # counted from the first submission
    seen = actions.review(
        card_id=id, expected_version=again.version, key="", actor=county, at=AT + HOUR
    )
    with pytest.raises(NotPermitted):
        actions.final_review(card_id=id, expected_version=seen.version, key="", actor=county, at=AT)
    with pytest.raises(NotYetFinal):
        actions.final_review(card_id=id, expected_version=seen.version, key="", actor=city, at=AT)
    sure = actions.correct(
        card_id=id, content=replace(seen.content, case_class="2"), note="临床诊断", confirmed=NUMBER_LESS,
        expected_version=seen.version, key="", actor=county, at=AT + HOUR,
    )  # fmt: skip
    assert sure.line.state is State.COUNTY_REVIEWED
    ended = actions.final_review(
        card_id=id, expected_version=sure.version, key="", actor=city, at=AT + 2 * HOUR
    )
    assert ended.line.state is State.FINAL_REVIEWED
    assert clocks(id)["case_review_24h"].state is Standing.MET
    deeds = [each.deed for each in queries.history(id, actor=county)]
    assert deeds == [
        Deed.DIAGNOSED, Deed.SUBMITTED, Deed.RETURNED, Deed.SUBMITTED, Deed.REVIEWED, Deed.CORRECTED,
        Deed.FINAL_REVIEWED,
    ]  # fmt: skip
    with pytest.raises(NotPermitted):
        actions.correct(
            card_id=id, content=replace(ended.content, note="x"), note="x", confirmed=NUMBER_LESS,
            expected_version=ended.version, key="", actor=doctor, at=AT,
        )  # fmt: skip


def test_a_correction_keeps_what_was_said(cases, submitted):
    made = submitted(at=AT)
    doctor = cases.actor("doctor", AT)
    fixed = actions.correct(
        card_id=made.line.card_id, content=replace(made.content, phone="13800138067"), note="电话写错",
        confirmed=NUMBER_LESS, expected_version=made.version, key="", actor=doctor, at=AT + HOUR,
    )  # fmt: skip
    (step,) = [
        s for s in queries.history(made.line.card_id, actor=doctor) if s.deed is Deed.CORRECTED
    ]
    assert step.changes == (("phone", "13800138066", "13800138067"),) and step.note == "电话写错"
    assert b"13800138066" not in bytes(models.Step.objects.get(deed="corrected").before)
    row = models.Card.objects.get()
    (entry,) = ledger.of_subject(subject(row), actor=doctor)
    assert (row.state, fixed.version, entry.version) == ("submitted", made.version + 1, 2)


def test_death_and_removal(cases, submitted):
    made = submitted()
    doctor, county = cases.actor("doctor", AT), cases.actor("cdc", AT)
    early = datetime.date(2026, 11, 1)
    id = made.line.card_id
    with pytest.raises(DeathImpossible):
        actions.record_death(
            card_id=id, died_on=early, expected_version=made.version, key="", actor=doctor, at=AT
        )
    dead = actions.record_death(
        card_id=id, died_on=AT.date(), expected_version=made.version, key="", actor=doctor, at=AT
    )
    assert dead.line.died_on == AT.date()
    seen = actions.review(card_id=id, expected_version=dead.version, key="", actor=county, at=AT)
    away = {"card_id": id, "reason": Removal.DUPLICATE, "expected_version": seen.version, "key": ""}
    with pytest.raises(NotPermitted):
        actions.remove(**away, note="重卡", actor=doctor, at=AT)
    with pytest.raises(ReasonMissing):
        actions.remove(**away, note="", actor=county, at=AT)
    gone = actions.remove(**away, note="重卡", actor=county, at=AT)
    assert gone.line.state is State.REMOVED
    (entry,) = ledger.of_subject(subject(models.Card.objects.get()), actor=doctor)
    assert entry.state is Row.WITHDRAWN
    assert clocks(id)["report_24h"].state is Standing.CANCELLED
    with pytest.raises(NotInThisState):
        actions.review(card_id=id, expected_version=gone.version, key="", actor=county, at=AT)


def test_the_same_case_is_reported_once(cases, submitted):
    submitted(document_type="01")
    with pytest.raises(DuplicateCard):
        submitted(at=AT + datetime.timedelta(days=29))
    assert models.Card.objects.count() == 1
    submitted(at=AT + datetime.timedelta(days=31))
    assert models.Card.objects.count() == 2
    submitted(at=AT + HOUR, disease="3900", sections={"hfmd_severe": "0"})
    doctor = cases.actor("doctor", AT + HOUR)
    other = actions.begin_card(
        content=card(AT + HOUR),
        resident_id=None,
        other_case="再次感染，血清型不同",
        key="",
        actor=doctor,
        at=AT + HOUR,
    )
    assert len(queries.alike(other.line.card_id, actor=doctor)) == 2


def test_the_same_case_is_found_while_the_key_of_its_hashes_is_renewed(cases, submitted, tmp_path):
    path = tmp_path / "keyring.json"
    shutil.copy(settings.KEYS, path)
    with override_settings(KEYS=path):
        first = submitted(document_type="01").line.card_id
        before = models.Card.objects.values_list("document_hash", "name_hash").get()
        stages = []

        def look(*progress: object) -> None:
            stages.append((progress, sealing.keyring().live("case person")))
            with pytest.raises(DuplicateCard):
                submitted(at=AT + HOUR)

        rotate_hashes(
            [room for room in HASHED if room.name == "cases"],
            path=path, pause=look, report=look, actor=OPERATOR, at=AT,
        )  # fmt: skip
        look()
        assert list(dict.fromkeys(live for _, live in stages)) == [(1, 2), (2, 1), (2,)]
        after = models.Card.objects.filter(pk=first).values_list("document_hash", "name_hash").get()
        assert (after[0], after[1] != before[1]) == (before[0], True)


def test_a_resident_of_another_county_is_offered_and_accepted(cases, submitted):
    made = submitted(belongs_to="2", home_code="441203101")
    id = made.line.card_id
    here, there = cases.actor("cdc", AT), cases.actor("cdc_there", AT)
    (asked,) = queries.assistance(state=AssistanceState.ASKED, actor=there).rows
    assert (asked.from_code, asked.to_code) == ("441202", "441203")
    assert queries.get_card(id, actor=there, at=AT).content.name == "周文杰"
    decide = {"assistance_id": asked.id, "expected_version": 1, "at": AT}
    with pytest.raises(AssistanceNotFound):
        actions.decide_assistance(**decide, is_accepted=True, actor=here)
    with pytest.raises(ReasonMissing):
        actions.decide_assistance(**decide, is_accepted=False, actor=there)
    actions.decide_assistance(**decide, is_accepted=False, note="查无此人", actor=there)
    again = actions.ask_assistance(
        card_id=id, note="已核实地址", expected_version=made.version, actor=here, at=AT
    )
    with pytest.raises(AssistanceDecided):
        actions.ask_assistance(
            card_id=id, note="", expected_version=made.version, actor=here, at=AT
        )
    actions.decide_assistance(
        assistance_id=again.id, is_accepted=True, expected_version=1, actor=there, at=AT
    )
    assert queries.get_card(id, actor=there, at=AT).managing_code == "441203"
    local = submitted(at=AT + HOUR, name="陈一", birth_date=datetime.date(1980, 1, 1))
    with pytest.raises(NotElsewhere):
        actions.ask_assistance(
            card_id=local.line.card_id,
            note="",
            expected_version=local.version,
            actor=here,
            at=AT + HOUR,
        )


def test_school_and_workplace_are_matched_by_a_person(cases, submitted):
    made = submitted(
        occupation="3", workplace="端州区城东小学", school_class="三年级2班", guardian="周强",
        birth_date=datetime.date(2017, 5, 6),
    )  # fmt: skip
    id, county = made.line.card_id, cases.actor("cdc", AT)
    assert made.line.place_state is PlaceState.WAITING
    (proposal,) = queries.place_proposals(id, actor=county)
    assert (proposal.place_id, proposal.likeness) == (cases.school, 1.0)
    match = {"card_id": id, "expected_version": made.version, "key": "", "at": AT}
    with pytest.raises(NotPermitted):
        actions.match_place(**match, place_id=cases.school, actor=cases.actor("doctor", AT))
    with pytest.raises(PlaceNotThere):
        actions.match_place(**match, place_id=987654, actor=county)
    found = actions.match_place(**match, place_id=cases.school, actor=county)
    assert (found.line.place_id, found.line.place_state) == (cases.school, PlaceState.CONFIRMED)
    assert queries.search(show=Show.TO_PLACE, actor=county, at=AT).rows == ()


HIV_SECTION = {"marital": "1", "education": "4", "route": "unknown", "sample_source": "clinic"}


def test_hiv_and_std_cards_have_their_own_role_masking_and_read_log(cases, submitted):
    worker = cases.actor("hiv", AT)
    made = submitted(login="hiv", disease="2605", sections=HIV_SECTION)
    id, county = made.line.card_id, cases.actor("cdc", AT)
    with pytest.raises(CardNotFound):
        queries.get_card(id, actor=cases.actor("doctor", AT), at=AT)
    masked = queries.get_card(id, actor=county, at=AT)
    assert masked.is_masked and masked.content.name == "周**"
    assert (masked.content.phone, masked.content.sections, masked.content.birth_date) == (
        "",
        {},
        None,
    )
    with pytest.raises(MayNotOpen):
        actions.review(card_id=id, expected_version=made.version, key="", actor=county, at=AT)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, account FROM kernel_audit WHERE object_id = %s ORDER BY seq", [str(id)]
        )
        read = [row for row in cursor.fetchall() if row[0] == "cases.masked"]
    assert read == [("cases.masked", cases.accounts["cdc"])]
    person = queries.person(id, purpose="follow-up", actor=worker, at=AT)
    assert (person.name, person.is_masked) == ("周文杰", False)
    assert queries.persons([id], purpose="list", actor=county, at=AT)[id].name == "周**"


def test_lists_and_what_waits(cases, submitted):
    made = submitted()
    county, doctor, there = (cases.actor(n, AT) for n in ("cdc", "doctor", "cdc_there"))
    assert [e.card_id for e in queries.search(show=Show.TO_REVIEW, actor=county, at=AT).rows] == [
        made.line.card_id
    ]
    assert queries.search(actor=there, at=AT).rows == ()
    assert queries.waiting(actor=doctor) == {Show.DRAFTS: 0, Show.TO_SUBMIT: 0}
    assert queries.waiting(actor=county)[Show.TO_REVIEW] == 1
    assert queries.lines_by_id([made.line.card_id], actor=there, at=AT) == {}
    with pytest.raises(NotPermitted):
        queries.search(actor=cases.actor("city_officer", AT), at=AT)
    with pytest.raises(CardNotFound):
        queries.get_card(made.line.card_id, actor=cases.actor("doctor_there", AT), at=AT)


def test_lists_are_paged(cases, submitted):
    for n in range(3):
        submitted(name=f"陈{n}", birth_date=datetime.date(1980 + n, 1, 1))
    county = cases.actor("cdc", AT)
    first = queries.search(show=Show.TO_REVIEW, limit=2, actor=county, at=AT)
    rest = queries.search(show=Show.TO_REVIEW, limit=2, after=first.next, actor=county, at=AT)
    assert len(first.rows) == 2 and len(rest.rows) == 1 and rest.next == ""
    assert len({e.card_id for e in (*first.rows, *rest.rows)}) == 3

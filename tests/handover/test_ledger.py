"""The life of a row: prepared, sent, received, rejected, changed, withdrawn; who sees it; its deadline."""

import io
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as Clock
from kangmai.deadlines.types import Subject
from kangmai.handover import actions, models, queries, sheets, systems
from kangmai.handover.errors import (
    BatchUnknown,
    ColumnsMissing,
    CursorUnreadable,
    EntryChanged,
    EntryIncomplete,
    EntryUnknown,
    NothingToSend,
    NotInThisState,
    ReasonMissing,
    ReceiptMissing,
    ReceiptTaken,
    TableUnreadable,
    WayClosed,
)
from kangmai.handover.types import Deed, Format, Prepared, Row, State, Summary, Way
from kangmai.kernel import definitions
from kangmai.kernel.actor import Label, NotPermitted
from kangmai.kernel.ids import ResidentId
from tests.factories.access import ADMIN, AT, acting, later

pytestmark = pytest.mark.usefixtures("database")
SYSTEM = "basic_public_health_hypertension"
NUMBER = "44120219580312122X"
SUBJECT = Subject("visit", "1")


@pytest.fixture
def doctor(place):
    return acting("village_doctor", place.organizations["village"])


def values(**changes):
    usual = {
        "name": "梁秀英", "sex_code": "2", "birth_date": "1958-03-12", "document_number": NUMBER,
        "visited_on": "2026-02-27", "method": "home", "systolic": 138, "diastolic": 86, "class": "controlled",
        "doctor": "陈慧敏", "medicines": "氨氯地平 5 mg",
    }  # fmt: skip
    return usual | changes


def row(place, subject=SUBJECT, owner="village", division="441202001002", **changes):
    return Row(
        subject=subject,
        organization=place.organizations[owner],
        place_code=division,
        values=values(**changes),
        resident=ResidentId(place.residents["village"]),
    )


def prepare(*rows, at=AT, actor=ADMIN):
    return actions.prepare(system=SYSTEM, rows=rows, actor=actor, at=at)


def entry(actor, subject=SUBJECT):
    (found,) = queries.of_subject(subject, actor=actor)
    return found


def send(actor, at=AT, key="k1", **more):
    return actions.send_file(system=SYSTEM, key=key, actor=actor, at=at, **more)


def receive(actor, number="R-1", at=AT):
    found = entry(actor)
    return actions.record_receipt(
        entry_id=found.id, receipt_number=number, expected_version=found.version, actor=actor, at=at
    )


def deeds(actor):
    return [step.deed for step in queries.history(entry(actor).id, actor=actor)]


def table(actor, batch):
    file = queries.batch_file(batch.id, actor=actor, at=AT)
    return [list(line) for line in load_workbook(io.BytesIO(file.content)).active.values]


@pytest.mark.parametrize(
    "definition", definitions.load("handover", "system"), ids=lambda d: d.path.stem
)
def test_worked_examples(definition):
    examples = definitions.cases(definition)
    assert examples
    assert [systems.run_case(definition, each) for each in examples] == [""] * len(examples)


def test_the_same_content_again_changes_nothing(place, doctor):
    assert prepare(row(place)) == Prepared(1, 0, 0, 0)
    assert prepare(row(place, auxiliary_examination=""), at=later(hours=1)) == Prepared(0, 0, 1, 0)
    found = entry(doctor)
    assert (found.state, found.version, found.prepared_at) == (State.PREPARED, 1, AT)
    assert deeds(doctor) == [Deed.PREPARED]


def test_a_file_in_the_template_s_columns_codes_and_forms(place, doctor):
    prepare(
        row(place), row(place, Subject("visit", "2"), medicines="=cmd()", visited_on="2026-02-28")
    )
    batch = send(doctor)
    lines = table(doctor, batch)
    assert lines[0][:7] == [
        "姓名",
        "性别",
        "出生日期",
        "身份证号",
        "档案编号",
        "随访日期",
        "随访方式",
    ]
    assert lines[1][:7] == ["梁秀英", "女", "1958-03-12", NUMBER, None, "2026-02-27", "家庭"]
    assert lines[2][lines[0].index("用药情况")] == "'=cmd()"
    assert (batch.rows, batch.file_name) == (2, f"高血压随访_{batch.number}.xlsx")
    found = entry(doctor)
    assert (found.state, found.way, found.batch_id) == (State.SENT, Way.FILE, batch.id)


def test_the_same_sending_twice_is_one_file(place, doctor):
    prepare(row(place))
    first = send(doctor)
    assert send(doctor, at=later(minutes=1)) == first
    with pytest.raises(NothingToSend):
        send(doctor, key="k2")
    assert models.Batch.objects.count() == 1


def test_what_is_incomplete_is_kept_named_and_not_sent(place, doctor):
    assert prepare(row(place, document_number=None, method="video")) == Prepared(1, 0, 0, 1)
    found = entry(doctor)
    assert found.faults == ("身份证号", "随访方式")
    with pytest.raises(NothingToSend):
        send(doctor)
    with pytest.raises(EntryIncomplete):
        actions.mark_sent_by_hand(entries=[(found.id, 1)], actor=doctor, at=AT)
    assert len(queries.worklist(only_incomplete=True, actor=doctor).rows) == 1
    assert prepare(row(place)) == Prepared(0, 1, 0, 0)
    assert (entry(doctor).faults, send(doctor).rows) == ((), 1)
    assert deeds(doctor) == [Deed.PREPARED, Deed.CORRECTED, Deed.SENT]


def test_the_receipt_stops_the_clock_and_is_its_proof(place, doctor):
    prepare(row(place))
    (clock,) = deadlines.of_subject(SUBJECT, actor=doctor)
    assert (clock.definition, clock.state) == ("handover_of_visit", Clock.OPEN)
    assert clock.owner_org == place.organizations["village"]
    send(doctor, at=later(days=1))
    assert deadlines.of_subject(SUBJECT, actor=doctor)[0].state is Clock.OPEN
    received = receive(doctor, at=later(days=2))
    (clock,) = deadlines.of_subject(SUBJECT, actor=doctor)
    assert (clock.state, clock.met_at) == (Clock.MET, later(days=2))
    assert (clock.proof_kind, clock.proof_id) == ("handover", str(received.id))
    assert (received.state, received.receipt_number) == (State.RECEIVED, "R-1")


def test_a_correction_after_sending_is_seen_and_goes_again(place, doctor):
    prepare(row(place))
    send(doctor)
    receive(doctor)
    assert prepare(row(place, systolic=148), at=later(days=3)) == Prepared(0, 1, 0, 0)
    assert entry(doctor).state is State.CHANGED
    clocks = deadlines.of_subject(SUBJECT, actor=doctor)
    assert [each.state for each in clocks] == [Clock.MET, Clock.OPEN]
    assert table(doctor, send(doctor, at=later(days=4), key="k2"))[1][8] == "148"
    receive(doctor, "R-2", at=later(days=5))
    assert (entry(doctor).state, entry(doctor).receipt_number) == (State.RECEIVED, "R-2")
    assert deeds(doctor) == [
        Deed.PREPARED, Deed.SENT, Deed.RECEIVED, Deed.CHANGED, Deed.SENT, Deed.RECEIVED,
    ]  # fmt: skip


def test_changed_back_to_what_was_sent_need_not_go_again(place, doctor):
    prepare(row(place))
    send(doctor)
    prepare(row(place, systolic=148))
    prepare(row(place))
    assert entry(doctor).state is State.SENT
    receive(doctor)
    prepare(row(place, systolic=148))
    prepare(row(place))
    assert entry(doctor).state is State.RECEIVED


def test_a_receipt_for_what_changed_since_leaves_it_changed(place, doctor):
    prepare(row(place))
    send(doctor)
    prepare(row(place, systolic=148))
    found = receive(doctor)
    assert (found.state, found.receipt_number) == (State.CHANGED, "R-1")


def test_rejected_corrected_and_sent_again_or_resent_as_it_is(place, doctor):
    prepare(row(place))
    send(doctor)

    def reject(reason="日期重复"):
        found = entry(doctor)
        return actions.reject(
            entry_id=found.id, reason=reason, expected_version=found.version, actor=doctor, at=AT
        )

    with pytest.raises(ReasonMissing):
        reject(" ")
    assert (reject().state, entry(doctor).reason) == (State.REJECTED, "日期重复")
    with pytest.raises(NotInThisState):
        reject()
    with pytest.raises(NothingToSend):
        send(doctor, key="k2")
    prepare(row(place, visited_on="2026-02-26"))
    assert (entry(doctor).state, send(doctor, key="k3").rows) == (State.PREPARED, 1)
    reject("系统维护")
    found = entry(doctor)
    actions.resend(entry_id=found.id, expected_version=found.version, actor=doctor, at=AT)
    assert send(doctor, key="k4").rows == 1
    assert Deed.REQUEUED in deeds(doctor)


def test_typed_by_hand_is_counted_as_typed_twice(place, doctor):
    prepare(
        row(place), row(place, Subject("visit", "2")), row(place, Subject("visit", "3"), name="")
    )
    found = entry(doctor)
    assert actions.mark_sent_by_hand(entries=[(found.id, 1)], actor=doctor, at=AT) == 1
    assert queries.summary(since=AT, actor=doctor) == (
        Summary(SYSTEM, {State.PREPARED: 2, State.SENT: 1}, 1, 1),
    )
    assert queries.summary(since=AT, actor=doctor)[0].waiting == 2
    with pytest.raises(EntryChanged):
        actions.mark_sent_by_hand(entries=[(found.id, 1)], actor=doctor, at=AT)


def test_a_way_that_a_system_does_not_take_is_refused(place, doctor, monkeypatch):
    prepare(row(place))
    real = systems.system(SYSTEM, on=AT.date())
    monkeypatch.setattr(systems, "system", lambda id, *, on: replace(real, ways=(Way.HAND,)))
    with pytest.raises(WayClosed):
        send(doctor)


def test_withdrawn_by_hand_or_with_its_thing_and_prepared_anew(place, doctor):
    prepare(row(place))
    found = entry(doctor)
    actions.withdraw(entry_id=found.id, reason="重复录入", expected_version=1, actor=doctor, at=AT)
    assert deadlines.of_subject(SUBJECT, actor=doctor)[0].state is Clock.CANCELLED
    gone = {"system": SYSTEM, "subjects": [SUBJECT], "reason": "录入错误", "actor": ADMIN, "at": AT}
    assert actions.withdraw_of(**gone) == 0
    assert prepare(row(place), at=later(days=1)) == Prepared(0, 1, 0, 0)
    assert entry(doctor).state is State.PREPARED
    assert actions.withdraw_of(**gone) == 1


def test_wrong_receipts_are_refused(place, doctor):
    prepare(row(place), row(place, Subject("visit", "2"), visited_on="2026-02-28"))
    with pytest.raises(NotInThisState):
        receive(doctor)
    send(doctor)
    with pytest.raises(ReceiptMissing):
        receive(doctor, " ")
    receive(doctor)
    other = entry(doctor, Subject("visit", "2"))
    with pytest.raises(ReceiptTaken):
        actions.record_receipt(
            entry_id=other.id, receipt_number="R-1", expected_version=2, actor=doctor, at=AT
        )
    with pytest.raises(EntryUnknown):
        actions.record_receipt(
            entry_id=uuid4(), receipt_number="R-9", expected_version=1, actor=doctor, at=AT
        )


RECEIPTS = [
    ["身份证号", "随访日期", "导入结果", "回执编号", "失败原因"],
    [NUMBER, "2026-02-27", "成功", "R-1", ""],
    [NUMBER, "2026-02-28", "失败", "", "身份证号与姓名不符"],
    [NUMBER, "2026-03-01", "成功", "R-3", ""],
    ["", "2026-02-27", "成功", "R-4", ""],
    [NUMBER, "2026-02-27", "成功", "R-5", ""],
    [NUMBER, "2026-02-25", "成功", "", ""],
    [NUMBER, "2026-02-24", "成功", "R-1", ""],
]


@pytest.mark.parametrize("format", list(Format))
def test_a_file_of_receipts_is_tried_then_read_line_by_line(place, doctor, format):
    days = ("2026-02-27", "2026-02-28", "2026-02-25", "2026-02-24")
    prepare(*(row(place, Subject("visit", day), visited_on=day) for day in days))
    send(doctor)
    file = sheets.write(RECEIPTS[0], RECEIPTS[1:], format=format)
    how = {"system": SYSTEM, "file": file, "actor": doctor, "at": later(days=1)}
    trial = actions.try_receipts(**how)
    assert {e.state for e in queries.worklist(actor=doctor).rows} == {State.SENT}
    report = actions.read_receipts(**how)
    assert report == trial
    assert (report.lines, report.received, report.rejected, report.same) == (7, 1, 1, 0)
    assert [(fault.line, fault.code) for fault in report.faults] == [
        (4, "no_match"), (5, "no_key"), (6, "twice"), (7, "no_number"), (8, "number_taken"),
    ]  # fmt: skip
    states = {e.subject.id: (e.state, e.reason) for e in queries.worklist(actor=doctor).rows}
    assert states["2026-02-27"] == (State.RECEIVED, "")
    assert states["2026-02-28"] == (State.REJECTED, "身份证号与姓名不符")
    assert states["2026-02-25"] == states["2026-02-24"] == (State.SENT, "")
    again = actions.read_receipts(**how)
    assert (again.received, again.rejected, again.same) == (0, 0, 1)


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (b"", TableUnreadable),
        (b"\xff\xfe\x00\x81\x00", TableUnreadable),
        (b"PK\x03\x04 nothing of the kind", TableUnreadable),
        ('"身份证号\n'.encode(), TableUnreadable),
        ("身份证号,随访日期\n1,2\n".encode("gb18030"), ColumnsMissing),
    ],
)
def test_files_that_are_no_receipts_are_refused(place, doctor, file, error):
    with pytest.raises(error):
        actions.read_receipts(system=SYSTEM, file=file, actor=doctor, at=AT)


def test_the_neighbour_town_sees_sends_and_reads_nothing(place, doctor):
    prepare(row(place))
    found = entry(doctor)
    batch = send(doctor)
    receipts = sheets.write(RECEIPTS[0], RECEIPTS[1:2], format=Format.CSV)
    outside = {
        "village_doctor": "sibling", "township_public_health": "other_town", "hospital_clinician": "hospital",
        "cdc_epidemiologist": "other_cdc", "family_doctor_team": "far_village",
    }  # fmt: skip
    for role, name in outside.items():
        actor = acting(role, place.organizations[name], login=f"out-{name}".replace("_", "-"))
        assert queries.worklist(actor=actor).rows == ()
        assert queries.of_subject(SUBJECT, actor=actor) == ()
        assert queries.summary(since=AT, actor=actor) == ()
        assert queries.batches(actor=actor) == ()
        report = actions.read_receipts(system=SYSTEM, file=receipts, actor=actor, at=AT)
        assert [fault.code for fault in report.faults] == ["no_match"]
        with pytest.raises(BatchUnknown):
            queries.batch_file(batch.id, actor=actor, at=AT)
        how = {"actor": actor, "at": AT, "expected_version": 2, "entry_id": found.id}
        for forbidden in (
            lambda actor=actor: queries.row_of(found.id, actor=actor, at=AT),
            lambda actor=actor: queries.history(found.id, actor=actor),
            lambda how=how: actions.reject(reason="x", **how),
            lambda how=how: actions.withdraw(reason="x", **how),
        ):
            with pytest.raises(EntryUnknown):
                forbidden()
    assert entry(doctor).version == 2


def test_officers_see_the_ledger_and_not_the_content(place, doctor):
    officer = acting("commission_officer", place.organizations["bureau"])
    prepare(row(place))
    found = entry(officer)
    for forbidden in (
        lambda: queries.row_of(found.id, actor=officer, at=AT),
        lambda: queries.batches(actor=officer),
        lambda: send(officer),
        lambda: prepare(row(place), actor=officer),
        lambda: actions.try_receipts(system=SYSTEM, file=b"", actor=officer, at=AT),
    ):
        with pytest.raises(NotPermitted):
            forbidden()


def test_sensitive_rows_and_files_are_for_those_who_may_see_them(place, doctor):
    worker = acting("tuberculosis_worker", place.organizations["village"])
    prepare(replace(row(place), label=Label.TUBERCULOSIS))
    assert queries.of_subject(SUBJECT, actor=doctor) == ()
    batch = send(worker)
    assert queries.batches(actor=doctor) == ()
    assert [each.id for each in queries.batches(actor=worker)] == [batch.id]


def test_content_is_sealed_and_its_reading_audited(place, doctor):
    from kangmai.kernel import audit

    prepare(row(place))
    send(doctor)
    kept = models.Entry.objects.get()
    sealed = [bytes(kept.content), bytes(models.Batch.objects.get().content)]
    assert all("梁秀英".encode() not in each and NUMBER.encode() not in each for each in sealed)
    cells = dict(queries.row_of(kept.id, actor=doctor, at=AT))
    assert (cells["姓名"], cells["收缩压"]) == ("梁秀英", "138")
    assert "梁秀英" not in repr(row(place))
    assert {entry.action for entry in audit._buffer._entries} >= {"handover.read"}


def test_pages_and_filters(place, doctor):
    prepare(*(row(place, Subject("visit", str(n))) for n in range(5)))
    first = queries.worklist(limit=3, actor=doctor)
    second = queries.worklist(limit=3, after=first.next, actor=doctor)
    assert [e.subject.id for e in (*first.rows, *second.rows)] == ["0", "1", "2", "3", "4"]
    assert second.next == ""
    assert queries.worklist(state=State.SENT, actor=doctor).rows == ()
    assert queries.worklist(division="441202003", actor=doctor).rows == ()
    with pytest.raises(CursorUnreadable):
        queries.worklist(after="x", actor=doctor)


def test_many_rows_cost_a_few_queries(place, doctor):
    rows = [
        row(place, Subject("visit", str(n)), visited_on=f"2026-02-{n % 27 + 1:02}")
        for n in range(200)
    ]
    with CaptureQueriesContext(connection) as captured:
        prepare(*rows)
    assert len(captured) <= 16
    with CaptureQueriesContext(connection) as captured:
        assert send(doctor).rows == 200
    assert len(captured) <= 12


def test_an_old_send_does_not_take_what_is_new(place, doctor):
    prepare(row(place), row(place, Subject("visit", "2")))
    chosen = entry(doctor, Subject("visit", "2"))
    send(doctor, entry_ids=[chosen.id])
    assert entry(doctor).state is State.PREPARED
    assert entry(doctor, Subject("visit", "2")).state is State.SENT
    assert send(doctor, at=AT + timedelta(hours=1), key="k2").rows == 1

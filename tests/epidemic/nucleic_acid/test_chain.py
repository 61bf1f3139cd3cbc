"""From a swab to a published result, and what is refused or held on the way, with nothing lost."""

from dataclasses import replace
from uuid import UUID

import pytest

from kangmai.epidemic.nucleic_acid import actions, models, queries
from kangmai.epidemic.nucleic_acid.errors import (
    AlreadySampled,
    BoxTaken,
    BoxUnknown,
    NotInThisState,
    PlateTaken,
    PlateUnknown,
    RecordUnreadable,
    ReviewerIsOperator,
    SiteUnknown,
    TimesOutOfOrder,
    TubeFull,
    TubeTaken,
)
from kangmai.epidemic.nucleic_acid.types import (
    BoxState,
    Given,
    IncidentKind,
    Outcome,
    PlateState,
    TubeState,
)
from kangmai.kernel import audit
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.connections import reading
from tests.epidemic.nucleic_acid.factories import (
    AT,
    COURIER,
    GREY,
    HOUR,
    LABORATORY,
    LATER,
    MINUTE,
    NEGATIVE,
    NEIGHBOUR,
    PLANNER,
    POSITIVE,
    REVIEWER,
    SAMPLER,
    TECHNICIAN,
    VOID,
    as_resident,
    box,
    code,
    deliver,
    run,
    run_file,
    take,
    test_tubes,
    tube,
)

pytestmark = pytest.mark.usefixtures("database")


def numbers(town, first=0, last=10):
    return [each.index_number for each in town.residents[first:last]]


def state_of(label):
    return models.Tube.objects.get(code=label).state


def open_incidents(*kinds):
    rows = models.Incident.objects.filter(settled_at=None)
    assert not kinds or {r.kind for r in rows} == {k.value for k in kinds}
    return list(rows)


def trail(action):
    """Who did what by which reason or rule, as the audit trail has it; refusals outlive the test that met them."""
    audit.flush()
    with reading() as database:
        return database.execute(
            "SELECT account, CASE outcome WHEN 'ok' THEN reason ELSE outcome END FROM kernel_audit WHERE action = %s ORDER BY seq",
            [action],
        ).fetchall()  # fmt: skip


def noted(*kinds, by=SAMPLER):
    """Whether the trail names who was told each of these, in order and once."""
    return trail("nucleic_acid.incident") == [(by.account, each.value) for each in kinds]


def test_a_tube_from_swab_to_result(town):
    record = tube(numbers(town))
    (taken,) = take(town, record)
    assert (taken.outcome, taken.reasons) == (Outcome.TAKEN, ())
    me = as_resident(town.residents[3])
    (proof,) = queries.my_tests(actor=me, at=LATER)
    assert (proof.tube, proof.site, proof.result) == (record.code, "城东广场", None)
    deliver(town, record.code)
    test_tubes({record.code: NEGATIVE})
    (proof,) = queries.my_tests(actor=me, at=LATER)
    assert (proof.result, proof.published_at, proof.is_held) == (TubeState.NEGATIVE, LATER, False)
    assert queries.my_tests(actor=as_resident(town.residents[11]), at=LATER) == ()
    board = queries.board(town.round_id, actor=PLANNER, at=LATER)
    assert (board.people, board.tubes, board.published, board.backlog) == (10, 1, 1, 0)
    assert open_incidents() == []


def test_the_same_record_again_changes_nothing(town):
    record = tube(numbers(town))
    take(town, record)
    before = list(models.Sample.objects.order_by("person_id").values_list("person_id", "tube_id"))
    again = take(town, record, tube(numbers(town, 10, 12)), record)
    assert [each.outcome for each in again] == [Outcome.AGAIN, Outcome.TAKEN, Outcome.AGAIN]
    second = replace(record, client_id=UUID(int=7))
    assert take(town, second)[0].outcome is Outcome.AGAIN
    after = models.Sample.objects.exclude(person_id__in=[r.id for r in town.residents[10:]])
    assert list(after.order_by("person_id").values_list("person_id", "tube_id")) == before


def test_a_tube_used_twice_is_kept_and_held_until_it_has_a_new_label(town):
    first = tube(numbers(town, 0, 6))
    second = tube(numbers(town, 6, 12), label=first.code)
    take(town, first)
    for _ in range(2):
        (refused,) = take(town, second)
        assert (refused.outcome, refused.reasons) == (Outcome.REFUSED, ("tube_used_twice",))
    (incident,) = open_incidents(IncidentKind.TUBE_USED_TWICE)
    assert noted(IncidentKind.TUBE_USED_TWICE)
    deliver(town, first.code)
    test_tubes({first.code: NEGATIVE})
    assert state_of(first.code) == "closed"
    label = code()
    settled = {"incident_id": incident.id, "note": "重新贴码", "expected_version": 1, "actor": SAMPLER, "at": LATER}  # fmt: skip
    actions.settle_incident(how=actions.How.RELABEL, code=label, **settled)
    assert models.Tube.objects.get(code=label).people == 6
    assert state_of(first.code) == "negative"
    assert models.Sample.objects.filter(occasion=0).count() == 12
    with pytest.raises(NotInThisState):
        actions.settle_incident(how=actions.How.RELABEL, code=code(), **{**settled, "expected_version": 2})  # fmt: skip


def test_an_overfilled_tube_is_taken_whole_and_held(town):
    record = tube(numbers(town, 0, 12))
    (taken,) = take(town, record)
    assert (taken.outcome, taken.reasons) == (Outcome.HELD, ("tube_overfilled",))
    deliver(town, record.code)
    test_tubes({record.code: NEGATIVE})
    assert state_of(record.code) == "closed"
    assert models.Sample.objects.count() == 12
    (incident,) = open_incidents(IncidentKind.TUBE_OVERFILLED)
    assert noted(IncidentKind.TUBE_OVERFILLED)
    actions.settle_incident(
        incident_id=incident.id, how=actions.How.ACCEPT, note="核对名单，液量足够", expected_version=1, actor=SAMPLER, at=LATER
    )  # fmt: skip
    assert state_of(record.code) == "negative"


def test_times_out_of_order_hold_a_tube(town):
    early, future, odd = (tube(numbers(town, n, n + 1)) for n in range(3))
    early = replace(early, people=(replace(early.people[0], at=AT - HOUR),))
    future = replace(future, closed_at=LATER + HOUR)
    odd = replace(odd, people=(replace(odd.people[0], at=odd.closed_at + HOUR),))
    found = take(town, early, future, odd)
    assert {each.outcome for each in found} == {Outcome.HELD}
    assert {each.reasons for each in found} == {("times_out_of_order",)}
    assert noted(*[IncidentKind.TIMES_OUT_OF_ORDER] * 3)
    backwards = replace(run(), ended_at=LATER - 2 * HOUR)
    with pytest.raises(TimesOutOfOrder):
        actions.import_run(facts=backwards, file=run_file({}), actor=TECHNICIAN, at=LATER)
    assert trail("nucleic_acid.import_refused")[-1] == (TECHNICIAN.account, "TimesOutOfOrder")


def test_somebody_in_two_tubes_of_a_round_is_in_both_and_noted(town):
    take(town, tube(numbers(town, 0, 5)))
    (taken,) = take(town, tube(numbers(town, 4, 8)))
    assert (taken.outcome, taken.reasons) == (Outcome.TAKEN, ("person_twice",))
    assert noted(IncidentKind.PERSON_TWICE)
    assert models.Sample.objects.filter(person_id=town.residents[4].id).count() == 2
    assert len(queries.my_tests(actor=as_resident(town.residents[4]), at=LATER)) == 2
    with_reason = tube(numbers(town, 4, 5))
    with_reason = replace(with_reason, people=(replace(with_reason.people[0], reason="液量不足"),))
    assert take(town, with_reason)[0].reasons == ()


def test_who_is_not_in_the_index_is_not_lost(town):
    guest = Given("440111199003074515", AT + 10 * MINUTE, name="王小二", phone="13800000000")
    stranger = Given("0000000009999", AT + 11 * MINUTE)
    record = replace(tube(numbers(town, 0, 1)), people=(guest, stranger))
    (taken,) = take(town, record)
    assert taken.reasons == ("person_unknown",)
    take(town, record)
    assert models.Attendee.objects.count() == 2
    assert models.Sample.objects.filter(person_id__lt=0).count() == 2
    assert b"440111199003074515" not in bytes(models.Attendee.objects.order_by("id")[0].content)


def test_an_identity_card_finds_the_resident(town):
    resident = town.residents[0]
    record = tube([resident.demographics.documents[0].number])
    take(town, record)
    assert models.Sample.objects.get().person_id == resident.id


def test_bad_batches_are_refused_whole(town):
    good, empty = tube(numbers(town)), replace(tube(["x"]), people=())
    with pytest.raises(RecordUnreadable, match="Record 2"):
        take(town, good, empty)
    with pytest.raises(RecordUnreadable, match="group"):
        take(town, replace(good, people=(replace(good.people[0], group="friends"),)))
    with pytest.raises(NotPermitted):
        take(town, good, actor=NEIGHBOUR)
    with pytest.raises(SiteUnknown):
        actions.take_tubes(site_id=0, records=[good], actor=SAMPLER, at=LATER)
    assert models.Tube.objects.count() == 0
    (refused,) = take(town, replace(good, code="T-1"))
    assert refused.reasons == ("tube_unreadable",) and models.Tube.objects.count() == 0
    assert len(open_incidents(IncidentKind.TUBE_UNREADABLE)) == 1


def test_scans_at_a_table_are_refused_before_the_swab(town):
    label, client = code(), UUID(int=77)
    given = [Given(each, AT + 20 * MINUTE) for each in numbers(town, 0, 12)]
    at_site = {"site_id": town.site, "actor": SAMPLER, "at": AT + 20 * MINUTE}
    scan = {"code": label, "client_id": client, "mode": 5, **at_site}
    counts = [actions.scan_person(given=each, **scan) for each in given[:5]]
    assert counts == [1, 2, 3, 4, 5]
    assert actions.scan_person(given=given[2], **scan) == 5
    with pytest.raises(TubeFull):
        actions.scan_person(given=given[5], **scan)
    assert actions.take_out(code=label, seq=1, **at_site) == 4
    assert actions.scan_person(given=given[5], **scan) == 5
    other = {**scan, "code": code()}
    with pytest.raises(AlreadySampled):
        actions.scan_person(given=given[0], **other)
    assert actions.scan_person(given=replace(given[0], reason="重采"), **other) == 1
    assert actions.close_tube(code=label, **at_site) == 5
    with pytest.raises(TubeTaken):
        actions.scan_person(given=given[6], **scan)
    with pytest.raises(NotInThisState):
        actions.close_tube(code=label, **at_site)
    assert trail("nucleic_acid.scan_refused") == [
        (SAMPLER.account, rule) for rule in ("TubeFull", "AlreadySampled", "TubeTaken")
    ]
    assert trail("nucleic_acid.close_refused") == [(SAMPLER.account, "NotInThisState")]


def test_a_box_with_one_tube_missing_is_signed_by_two(town):
    records = [tube(numbers(town, n, n + 1)) for n in range(4)]
    take(town, *records)
    packed = box(*(each.code for each in records[:3]))
    for _ in range(2):
        actions.pack_boxes(site_id=town.site, records=[packed], actor=SAMPLER, at=LATER)
    with pytest.raises(BoxTaken):
        other = replace(packed, tubes=(records[3].code,))
        actions.pack_boxes(site_id=town.site, records=[other], actor=SAMPLER, at=LATER)
    arrive = {"code": packed.code, "laboratory": LABORATORY, "temperature_c": 6.0, "at": LATER}
    scanned = [records[0].code, records[1].code, records[3].code]
    with pytest.raises(NotPermitted):
        actions.receive_box(tubes=scanned, actor=NEIGHBOUR, **arrive)
    row = actions.receive_box(tubes=scanned, actor=TECHNICIAN, **arrive)
    assert row.state == BoxState.DIFFERS.value
    assert (row.missing, row.extra) == ([records[2].code], [records[3].code])
    assert noted(IncidentKind.BOX_DIFFERS, by=TECHNICIAN)
    assert trail("nucleic_acid.receive_refused") == [(NEIGHBOUR.account, "NotPermitted")]
    assert trail("nucleic_acid.pack_refused") == [(SAMPLER.account, "BoxTaken")]
    imported = test_tubes({records[0].code: NEGATIVE})
    assert state_of(records[0].code) == "closed" and imported.state is PlateState.IMPORTED
    with pytest.raises(NotInThisState):
        actions.receive_box(tubes=scanned, actor=TECHNICIAN, **arrive)
    signed = {"box_id": row.id, "note": "第三管破损", "at": LATER}
    actions.sign_difference(expected_version=row.version, actor=TECHNICIAN, **signed)
    with pytest.raises(NotInThisState):
        actions.sign_difference(expected_version=row.version + 1, actor=TECHNICIAN, **signed)
    with pytest.raises(BoxUnknown):
        actions.sign_difference(expected_version=row.version + 1, actor=NEIGHBOUR, **signed)
    row = actions.sign_difference(expected_version=row.version + 1, actor=COURIER, **signed)
    assert row.state == BoxState.RECEIVED.value
    test_tubes({records[0].code: NEGATIVE, records[3].code: NEGATIVE, records[2].code: NEGATIVE})
    assert [state_of(each.code) for each in records] == ["negative", "closed", "closed", "negative"]


def test_a_box_may_come_before_its_tubes(town):
    late, early = tube(numbers(town, 0, 5)), tube(numbers(town, 5, 10))
    take(town, early)
    deliver(town, late.code, early.code)
    assert take(town, late)[0].outcome is Outcome.TAKEN
    row = models.Tube.objects.get(code=late.code)
    assert row.box_id == models.Tube.objects.get(code=early.code).box_id and row.is_received


def test_failed_controls_count_for_nothing(town):
    record = tube(numbers(town))
    take(town, record)
    deliver(town, record.code)
    failed = {"POS": ("25.0", "25.5", "26.0"), "NEG": ("31.0", "", "")}
    imported = test_tubes({record.code: NEGATIVE}, controls=failed, publish=False)
    assert (imported.state, imported.faults) == (PlateState.FAILED, ("negative_control C1",))
    with pytest.raises(NotInThisState):
        actions.review_plate(plate_id=imported.plate_id, expected_version=1, actor=REVIEWER, at=LATER)  # fmt: skip
    assert state_of(record.code) == "retest"
    open_incidents(IncidentKind.CONTROLS_FAILED)
    assert noted(IncidentKind.CONTROLS_FAILED, by=TECHNICIAN)
    assert trail("nucleic_acid.review_refused")[-1] == (REVIEWER.account, "NotInThisState")
    assert (
        test_tubes({record.code: NEGATIVE}, controls={}, publish=False).state is PlateState.FAILED
    )
    test_tubes({record.code: NEGATIVE})
    assert state_of(record.code) == "negative"


def test_a_result_for_an_unknown_tube_waits_for_its_tube(town):
    late = tube(numbers(town))
    imported = test_tubes({late.code: NEGATIVE}, publish=False)
    (incident,) = open_incidents(IncidentKind.TUBE_UNKNOWN)
    assert noted(IncidentKind.TUBE_UNKNOWN, by=TECHNICIAN)
    take(town, late)
    actions.settle_incident(
        incident_id=incident.id, how=actions.How.LINK, note="补传", expected_version=1, actor=TECHNICIAN, at=LATER
    )  # fmt: skip
    actions.review_plate(plate_id=imported.plate_id, expected_version=1, actor=REVIEWER, at=LATER)
    assert state_of(late.code) == "negative"


def test_a_file_is_imported_once_and_reviewed_by_another(town):
    record = tube(numbers(town))
    take(town, record)
    deliver(town, record.code)
    facts, file = run(), run_file({record.code: NEGATIVE})
    given = {"facts": facts, "actor": TECHNICIAN, "at": LATER}
    first = actions.import_run(file=file, **given)
    again = actions.import_run(file=file, **given)
    assert (first.is_again, again.is_again, again.plate_id) == (False, True, first.plate_id)
    with pytest.raises(PlateTaken):
        actions.import_run(file=run_file({record.code: POSITIVE}), **given)
    review = {"plate_id": first.plate_id, "expected_version": 1, "at": LATER}
    with pytest.raises(ReviewerIsOperator):
        actions.review_plate(actor=TECHNICIAN, **review)
    with pytest.raises(NotPermitted):
        actions.review_plate(actor=NEIGHBOUR, **review)
    with pytest.raises(PlateUnknown):
        queries.plate_of(first.plate_id, actor=NEIGHBOUR, at=LATER)
    assert state_of(record.code) == "closed"
    assert trail("nucleic_acid.import_refused")[-1] == (TECHNICIAN.account, "PlateTaken")
    assert trail("nucleic_acid.review_refused")[-2:] == [
        (TECHNICIAN.account, "ReviewerIsOperator"), (NEIGHBOUR.account, "NotPermitted"),
    ]  # fmt: skip
    assert actions.review_plate(actor=REVIEWER, **review).negative == 1


def test_void_once_is_tested_again_and_twice_calls_back(town):
    record = tube(numbers(town))
    take(town, record)
    deliver(town, record.code)
    test_tubes({record.code: VOID})
    assert state_of(record.code) == "retest"
    (proof,) = queries.my_tests(actor=as_resident(town.residents[0]), at=LATER)
    assert (proof.result, proof.is_recalled) == (None, False)
    test_tubes({record.code: VOID}, at=LATER + HOUR)
    assert state_of(record.code) == "void"
    (proof,) = queries.my_tests(actor=as_resident(town.residents[0]), at=LATER)
    assert proof.is_recalled
    test_tubes({record.code: POSITIVE}, at=LATER + 2 * HOUR)
    assert state_of(record.code) == "void"
    assert IncidentKind.TUBE_ALREADY_SETTLED.value in {each.kind for each in open_incidents()}


def test_a_broken_tube_is_voided_with_a_reason(town):
    record = tube(numbers(town))
    take(town, record)
    with pytest.raises(NotPermitted):
        actions.void_tube(code=record.code, reason="x", actor=PLANNER, at=LATER)
    assert actions.void_tube(code=record.code, reason="管体破裂", actor=SAMPLER, at=LATER) == 10
    assert state_of(record.code) == "void"


def test_the_board_says_what_will_be_late(town):
    soon, late, fine = (tube(numbers(town, n, n + 2)) for n in (0, 2, 4))
    clinic = tuple(replace(each, group="fever_clinic") for each in late.people)
    take(town, soon, replace(late, people=clinic), fine)
    at = AT + 6 * HOUR + 11 * MINUTE
    board = queries.board(town.round_id, actor=PLANNER, at=at)
    assert (board.late, board.late_within_two_hours) == (1, 0)
    (found,) = queries.late_tubes(town.round_id, actor=PLANNER, at=at).rows
    assert (found.code, found.stage, found.people) == (late.code, "closed", 2)
    assert found.due_at == AT + 6 * HOUR + 10 * MINUTE
    page = queries.late_tubes(town.round_id, within_hours=48, limit=2, actor=PLANNER, at=at)
    rest = queries.late_tubes(town.round_id, within_hours=48, after=page.next, actor=PLANNER, at=at)
    assert {r.code for r in (*page.rows, *rest.rows)} == {soon.code, late.code, fine.code}
    neighbour = queries.board(town.round_id, actor=NEIGHBOUR, at=at)
    assert (neighbour.people, neighbour.tubes, neighbour.late) == (0, 0, 0)


def test_who_was_not_sampled_yet_by_village(town):
    take(town, tube(numbers(town, 0, 7)))
    (line,) = queries.unsampled_by_place(town.round_id, area="441202001", actor=PLANNER, at=LATER)
    assert (line.residents, line.sampled, line.missing) == (12, 7, 5)
    page = queries.unsampled_people(town.round_id, area="441202001", limit=3, actor=PLANNER, at=LATER)  # fmt: skip
    rest = queries.unsampled_people(
        town.round_id, area="441202001", after=int(page.next), actor=PLANNER, at=LATER
    )
    assert [r.id for r in (*page.rows, *rest.rows)] == [r.id for r in town.residents[7:]]
    for area in ("441202001", "441202001002"):
        with pytest.raises(NotPermitted):
            queries.unsampled_people(town.round_id, area=area, actor=NEIGHBOUR, at=LATER)


def test_grey_single_is_suspect_and_everything_has_a_trail(town):
    record = tube(numbers(town, 0, 1), mode=1)
    take(town, record)
    deliver(town, record.code)
    test_tubes({record.code: GREY})
    assert state_of(record.code) == "suspect"
    deeds = list(models.Step.objects.order_by("id").values_list("kind", "deed"))
    assert deeds == [
        ("box", "packed"), ("box", "sent"), ("box", "received"), ("plate", "imported"), ("pool", "found"),
        ("plate", "reviewed"),
    ]  # fmt: skip

"""Tasks at the door, with photos; people who need help; who a round has not sampled, by grid; nothing for the neighbour."""

import io
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kangmai.epidemic.grid import models as grid_tables
from kangmai.epidemic.nucleic_acid import actions as testing
from kangmai.epidemic.nucleic_acid.types import RoundFacts, RoundKind
from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.orders import queries as ordered
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import actions, errors, models, queries, rules
from kangmai.epidemic.tasks.types import Finish, Measured, NeedState, Show, TaskState
from kangmai.epidemic.tracing import actions as tracing
from kangmai.epidemic.tracing import queries as followed
from kangmai.epidemic.tracing.types import Given, Half, Where
from kangmai.kernel.actor import Label, NotPermitted, operator
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.ids import uuid7
from kangmai.messages import models as messages
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from kangmai.standards.calendars import legal_day
from tests.epidemic.capacity.factories import actor
from tests.epidemic.grid.factories import ELSEWHERE, VILLAGE, cell, household, placed
from tests.epidemic.orders.factories import AT, OFFICER, order_in_force
from tests.epidemic.tracing.factories import INVESTIGATOR, case, close_contact, resident

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RIGHTS = ("tasks.give", "tasks.count", "tasks.do", "needs.reason", "testing.read", "testing.plan", "identity.search")  # fmt: skip
DESK = actor(*RIGHTS, place="441202001", account=811)
THERE = actor(*RIGHTS, place="441203", account=812)
WORKER, OTHER_WORKER = actor("tasks.do", account=821), actor("tasks.do", account=822)


@pytest.fixture
def awake(database):
    return order_in_force(
        Purpose.REGISTRATION, Purpose.SCANNING, Purpose.TESTING, Purpose.TRACING, Purpose.QUARANTINE, days=20
    )  # fmt: skip


@pytest.fixture
def cells(awake):
    """Two grids, each with its worker."""
    made = [cell(name=name) for name in ("一网格", "二网格")]
    for each, worker in zip(made, (WORKER, OTHER_WORKER), strict=True):
        grid_tables.Worker.objects.create(
            id=uuid7(), cell_id=each.code, role="grid_worker", name="网格员", account_id=worker.account,
            from_on=legal_day(AT),
        )  # fmt: skip
    return made


def photo(colour="red", kind="JPEG", size=(3000, 2000)):
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    Image.new("RGB", size, colour).save(made, kind, exif=exif)
    return made.getvalue()


def seen(by, show=Show.OPEN, at=AT):
    return queries.tasks(show=show, actor=by, at=at).rows


def test_a_task_is_given_once_done_at_the_door_with_a_photo_and_seen_by_its_own_grid_only(cells):
    anna = resident(1)
    placed(cells[0], anna)
    for _ in range(2):
        actions.give(
            kind="delivery", residents=[anna.id], note="米 10 公斤", key="k", actor=DESK, at=AT
        )
    (line,) = seen(WORKER)
    assert (line.whom.name, line.task.note, line.task.cell) == (anna.demographics.name, "米 10 公斤", cells[0].code)  # fmt: skip
    task = line.task
    for nobody in (OTHER_WORKER, THERE):
        assert seen(nobody) == ()
        with pytest.raises(errors.TaskUnknown):
            queries.get_task(task.id, actor=nobody, at=AT)
        with pytest.raises(errors.TaskUnknown):
            actions.finish(task_id=task.id, said=Finish("delivered"), expected_version=1, actor=nobody, at=AT)  # fmt: skip
    with pytest.raises(NotPermitted):
        seen(actor("grid.read", place="441202001"))
    started = actions.start(task_id=task.id, expected_version=1, actor=WORKER, at=AT)
    for wrong, error in (
        (Finish("eaten"), errors.ResultUnknown),
        (Finish("delivered", photos=(b"GIF89a...",)), errors.PhotoUnreadable),
        (Finish("delivered", photos=(photo()[:500],)), errors.PhotoUnreadable),
        (Finish("delivered", photos=(b"x",) * 4), errors.TooManyPhotos),
    ):
        with pytest.raises(error):
            actions.finish(task_id=task.id, said=wrong, expected_version=started.version, actor=WORKER, at=AT)  # fmt: skip
    said = Finish("delivered", "放在门口", photos=(photo(), photo("blue", "PNG", (200, 100))))
    with pytest.raises(ChangedMeanwhile):
        actions.finish(task_id=task.id, said=said, expected_version=1, actor=WORKER, at=AT)
    done = actions.finish(task_id=task.id, said=said, expected_version=started.version, actor=WORKER, at=AT + HOUR)  # fmt: skip
    assert (done.state, done.remark, done.is_abnormal) == (TaskState.DONE, "放在门口", False)
    with pytest.raises(errors.NotInThisState):
        actions.finish(task_id=task.id, said=said, expected_version=done.version, actor=WORKER, at=AT)  # fmt: skip
    (line,) = seen(DESK, Show.DONE)
    kept = [queries.photo(id, actor=DESK, at=AT) for id in line.task.photos]
    assert [Image.open(io.BytesIO(each)).size for each in kept] == [(1280, 853), (200, 100)]
    assert not any(b"CameraMaker" in each for each in kept)
    assert b"CameraMaker" not in bytes(models.Photo.objects.first().content)
    with pytest.raises(errors.PhotoUnknown):
        queries.photo(line.task.photos[0], actor=OTHER_WORKER, at=AT)
    figures = queries.figures(area="441202001", actor=DESK, at=AT + HOUR)
    assert (figures.open, figures.done_today, figures.done_in_time) == (0, 1, 1)
    assert queries.figures(actor=THERE, at=AT).done == 0


def test_tasks_are_given_only_where_one_may_and_only_with_a_time_to_come(cells):
    anna, far = resident(1), resident(2, place=ELSEWHERE)
    for wrong, error in (
        ({"residents": [far.id]}, NotPermitted),
        ({"residents": [anna.id, far.id]}, NotPermitted),
        ({"residents": []}, errors.NobodyNamed),
        ({"due_at": AT}, errors.DueInThePast),
        ({"kind": "home_check"}, errors.KindUnknown),
        ({"kind": "dance"}, errors.KindUnknown),
        ({"kind": "count", "cell": "4412"}, errors.AreaTooLarge),
        ({"kind": "count", "cell": ELSEWHERE}, NotPermitted),
        ({"actor": WORKER}, NotPermitted),
    ):
        said = {"kind": "visit", "residents": [anna.id], "key": "k", "actor": DESK, "at": AT}
        with pytest.raises(error):
            actions.give(**said | wrong)
    assert models.Task.objects.count() == 0
    actions.give(kind="count", cell=cells[0].code, note="清点轮椅", key="c", actor=DESK, at=AT)
    (line,) = seen(WORKER)
    with pytest.raises(errors.AmountMissing):
        actions.finish(task_id=line.task.id, said=Finish("counted"), expected_version=1, actor=WORKER, at=AT)  # fmt: skip
    late = AT + 3 * DAY
    assert queries.figures(actor=DESK, at=late).late == 1
    assert queries.waiting(actor=WORKER, at=late)[Show.LATE] == 1
    (row,) = queries.board(area=VILLAGE, actor=DESK, at=late)
    assert (row.code, row.open, row.late) == (cells[0].code, 1, 1)
    actions.finish(task_id=line.task.id, said=Finish("counted", amount=12), expected_version=1, actor=WORKER, at=late)  # fmt: skip
    figures = queries.figures(actor=DESK, at=late)
    assert (figures.late, figures.done, figures.done_in_time) == (0, 1, 0)


def test_a_home_check_is_sent_twice_a_day_and_lands_in_tracing(cells):
    anna = resident(1)
    placed(cells[0], anna)
    contact = close_contact(case(), Given(resident=anna.id))
    tracing.settle(contact_id=contact, where=Where.HOME, place="", from_at=AT, key="s", actor=INVESTIGATOR, at=AT)  # fmt: skip
    assert [actions.give_checks(area=VILLAGE, actor=DESK, at=AT) for _ in range(2)] == [1, 0]
    assert actions.give_checks(area=VILLAGE, actor=DESK, at=AT + 6 * HOUR) == 1
    with pytest.raises(NotPermitted):
        actions.give_checks(area=VILLAGE, actor=THERE, at=AT)
    line, _evening = seen(WORKER)
    assert line.whom.name == anna.demographics.name
    with pytest.raises(errors.MeasureMissing):
        actions.finish(task_id=line.task.id, said=Finish("at_home"), expected_version=1, actor=WORKER, at=AT)  # fmt: skip
    said = Finish("unwell", measured=Measured(Half.MORNING, 38.2, ("cough",)))
    done = actions.finish(task_id=line.task.id, said=said, expected_version=1, actor=WORKER, at=AT + HOUR)  # fmt: skip
    assert done.is_abnormal
    found = followed.get_contact(contact, actor=INVESTIGATOR, at=AT + HOUR)
    assert [(each.temperature_c, each.symptoms, each.account) for each in found.checks] == [(38.2, ("cough",), WORKER.account)]  # fmt: skip
    assert found.contact.unwell_at == AT + HOUR
    assert [each.task.id for each in seen(DESK, Show.ABNORMAL)] == [done.id]


def test_who_was_not_sampled_is_counted_by_grid_and_visited_once_a_round(cells):
    people = [resident(n) for n in range(1, 5)]
    placed(cells[0], *people[:2])
    placed(cells[1], people[2])
    facts = RoundFacts(
        name="第一轮", kind=RoundKind.SCREENING, areas=("441202001",), mode=10, opens_at=AT, closes_at=AT + 8 * HOUR, target_people=4, organization=501,
    )  # fmt: skip
    planner = replace(DESK, grants=(replace(DESK.grants[0], places=INVESTIGATOR.grants[0].places),))
    round_ = testing.plan_round(facts=facts, key=uuid4(), actor=planner, at=AT)
    found = queries.unsampled(round_id=round_.id, area=VILLAGE, actor=DESK, at=AT)
    assert {each.cell: each.missing for each in found} == {cells[0].code: 2, cells[1].code: 1, VILLAGE: 1}  # fmt: skip
    given = [actions.give_unsampled(round_id=round_.id, area=cells[0].code, actor=DESK, at=AT) for _ in range(2)]  # fmt: skip
    assert given == [2, 0]
    assert actions.give_unsampled(round_id=round_.id, area=VILLAGE, actor=DESK, at=AT) == 2
    assert len(seen(WORKER)) == 2 and len(seen(OTHER_WORKER)) == 1
    found = queries.unsampled(round_id=round_.id, area=VILLAGE, actor=DESK, at=AT)
    assert {each.cell: each.tasked for each in found} == {cells[0].code: 2, cells[1].code: 1, VILLAGE: 1}  # fmt: skip
    with pytest.raises(NotPermitted):
        queries.unsampled(round_id=round_.id, area=VILLAGE, actor=THERE, at=AT)


def write(of, type, code, **more):
    system = "http://loinc.org" if type == "Observation" else "http://hl7.org/fhir/sid/icd-10"
    body = {
        "resourceType": type, "subject": {"reference": f"Patient/{of.patient_id}"},
        "code": {"coding": [{"system": system, "code": code}]}, **more,
    }  # fmt: skip
    if type == "Observation":
        body["status"] = "final"
    operation = Operation(Verb.CREATE, type, raw=orjson.dumps(body))
    records.transact([operation], source=Source("test", None), actor=operator("test"), at=AT)


def test_needs_are_proposed_from_the_record_confirmed_by_people_and_served(cells):
    anna, mother, old, moved, mad = (resident(n) for n in (1, 2, 3, 4, 5))
    placed(cells[0], anna, mother, old)
    far = resident(6, place=ELSEWHERE)
    for each in (anna, far):
        write(each, "Condition", "N18.5", recordedDate="2024-01-01")
    write(
        mother,
        "Observation",
        "55283-6",
        effectiveDateTime="2026-11-10",
        valueQuantity={"value": 140},
    )
    write(
        moved,
        "Observation",
        "55283-6",
        effectiveDateTime="2026-02-10",
        valueQuantity={"value": 140},
    )
    write(mad, "Condition", "F20.9")
    from kangmai.identity import models as index

    index.Resident.objects.filter(id=old.id).update(birth_date="1940-01-01")
    household(5, [old])
    assert actions.propose_needs(area="441202001", actor=DESK, at=AT) == 4
    assert actions.propose_needs(area="441202001", actor=DESK, at=AT) == 0
    page = queries.needs(actor=DESK, at=AT).rows
    assert {(each.need.resident, each.need.kind, each.need.service) for each in page} == {
        (anna.id, "dialysis", "escort"), (mother.id, "near_term", "daily_look"), (old.id, "old_alone", "daily_look"),
    }  # fmt: skip
    assert queries.needs(actor=THERE, at=AT).rows == ()
    blind = replace(DESK, grants=(replace(DESK.grants[0], permissions=frozenset({"tasks.give"})),))
    assert {each.need.kind for each in queries.needs(actor=blind, at=AT).rows} == {""}
    ward = replace(DESK, scope=replace(DESK.scope, labels=frozenset({Label.NORMAL, Label.MENTAL_HEALTH})))  # fmt: skip
    (hidden,) = {each.need for each in queries.needs(actor=ward, at=AT).rows} - {each.need for each in page}  # fmt: skip
    assert hidden.kind == "severe_mental"
    with pytest.raises(errors.NeedUnknown):
        actions.confirm_need(need_id=hidden.id, expected_version=1, actor=DESK, at=AT)
    with pytest.raises(NotPermitted):
        queries.needs(actor=WORKER, at=AT)
    assert seen(WORKER) == ()  # nothing is served before somebody confirmed it

    needs = {each.need.kind: each.need for each in page}
    actions.decline_need(need_id=needs["near_term"].id, expected_version=1, actor=DESK, at=AT)
    confirmed = actions.confirm_need(need_id=needs["dialysis"].id, every_days=3, expected_version=1, actor=DESK, at=AT)  # fmt: skip
    assert (confirmed.state, confirmed.every_days, confirmed.next_on) == (NeedState.CONFIRMED, 3, legal_day(AT))  # fmt: skip
    figures = queries.figures(actor=DESK, at=AT)
    assert (figures.needs, figures.needs_served, figures.by_kind) == (1, 0, {"escort": 1})
    (line,) = seen(WORKER)
    assert (line.task.kind, line.whom.name) == ("escort", anna.demographics.name)
    refused = Finish("refused_there")
    actions.finish(task_id=line.task.id, said=refused, expected_version=1, actor=WORKER, at=AT)
    assert queries.figures(actor=DESK, at=AT).needs_served == 0
    assert actions.give_for_needs(area=VILLAGE, actor=DESK, at=AT) == 1
    assert actions.give_for_needs(area=VILLAGE, actor=DESK, at=AT) == 0
    (line,) = seen(WORKER)
    actions.finish(task_id=line.task.id, said=Finish("brought"), expected_version=1, actor=WORKER, at=AT)  # fmt: skip
    assert queries.figures(actor=DESK, at=AT).needs_served == 1
    assert actions.give_for_needs(area=VILLAGE, actor=DESK, at=AT) == 0
    later = AT + 2 * DAY  # due on the third day, given the day before
    assert actions.give_for_needs(area=VILLAGE, actor=DESK, at=later) == 1
    version = models.Need.objects.get(id=confirmed.id).version
    actions.end_need(need_id=confirmed.id, expected_version=version, actor=DESK, at=later)
    assert seen(WORKER, at=later) == ()


def test_a_need_may_be_entered_by_hand_once(cells):
    anna = resident(1)
    placed(cells[0], anna)
    need = actions.add_need(resident=anna.id, kind="disabled", actor=DESK, at=AT)
    assert need.state is NeedState.CONFIRMED and len(seen(WORKER)) == 1
    with pytest.raises(errors.NeedThere):
        actions.add_need(resident=anna.id, kind="disabled", actor=DESK, at=AT)
    for wrong, error in ((({"kind": "rich"}), errors.KindUnknown), ({"actor": THERE}, NotPermitted), ({"kind": "severe_mental"}, NotPermitted)):  # fmt: skip
        with pytest.raises(error):
            actions.add_need(**{"resident": anna.id, "kind": "other", "actor": DESK, "at": AT} | wrong)  # fmt: skip


def test_the_clock_tells_who_looks_after_the_cell_then_who_gave_the_task_each_once(cells, awake):
    def told():
        rows = messages.Message.objects.order_by("id").values_list(
            "account_id", "template", "parameters__count"
        )
        return [(who, template.removeprefix("grid_tasks_"), n) for who, template, n in rows]

    for n, (where, due) in enumerate(((cells[0], 3), (cells[0], 3), (cells[1], 3), (cells[1], 30))):
        given = {"kind": "inspection", "cell": where.code, "due_at": AT + due * HOUR, "key": str(n)}
        actions.give(**given, actor=DESK, at=AT)
    assert (actions.remind(at=AT + HOUR), told()) == (0, [])
    near = AT + 2 * HOUR
    assert (actions.remind(at=near), actions.remind(at=near)) == (2, 0)
    assert told() == [(WORKER.account, "soon", 2), (OTHER_WORKER.account, "soon", 1)]
    line = queries.tasks(show=Show.OPEN, actor=WORKER, at=AT).rows[0].task
    done = Finish(
        next(iter(rules.rule(on=legal_day(AT)).kinds["inspection"].results)), "", 1, None, ()
    )
    actions.finish(task_id=line.id, said=done, expected_version=1, actor=WORKER, at=near)
    assert actions.remind(at=AT + 3 * HOUR) == 2  # what is done is not late
    assert told()[2:] == [(WORKER.account, "late", 1), (OTHER_WORKER.account, "late", 1)]
    assert [len(seen(each, Show.LATE, AT + 4 * HOUR)) for each in (WORKER, DESK, THERE)] == [
        1,
        2,
        0,
    ]
    assert (actions.remind(at=AT + 5 * HOUR), actions.remind(at=AT + 6 * HOUR)) == (1, 0)
    assert told()[4:] == [(DESK.account, "giver", 2)]
    orders.end(order_id=awake.id, reason="扑灭", expected_version=awake.version, actor=OFFICER, at=AT + 7 * HOUR)  # fmt: skip
    assert actions.remind(at=AT + 40 * HOUR) == 0


def test_at_the_end_of_the_order_nobody_is_left_and_tasks_are_counted_still(cells, awake):
    anna = resident(1)
    placed(cells[0], anna)
    actions.add_need(resident=anna.id, kind="disabled", actor=DESK, at=AT)
    (line,) = seen(WORKER)
    said = Finish("well", "一切正常", photos=(photo(size=(50, 50)),))
    actions.finish(task_id=line.task.id, said=said, expected_version=1, actor=WORKER, at=AT)
    orders.end(order_id=awake.id, reason="扑灭", expected_version=awake.version, actor=OFFICER, at=AT + HOUR)  # fmt: skip
    orders.erase_now(order_id=awake.id, actor=OFFICER, at=AT + HOUR)
    assert ordered.proof(awake.id, actor=OFFICER).is_clean
    assert (models.Need.objects.count(), models.Photo.objects.count()) == (0, 0)
    row = models.Task.objects.get()
    assert (row.kind, row.result, row.resident_id, row.mark, row.remark, row.need_id) == ("daily_look", "well", None, None, None, None)  # fmt: skip


@given(st.dates(), st.integers(1, 30), st.integers(-40, 400))
def test_a_need_is_due_again_after_the_day_it_was_served_and_never_later_than_a_turn(
    due, every, late
):
    try:
        served = due + timedelta(days=late)
        found = rules.next_day(due, every, served_on=served)
    except OverflowError:
        return
    assert served < found <= max(served, due) + timedelta(days=every)

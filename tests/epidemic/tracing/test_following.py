"""Following a contact to his release or his illness, clocks, the tree, line lists, speed, and the end of the data."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State, Subject
from kangmai.epidemic.nucleic_acid import actions as testing
from kangmai.epidemic.nucleic_acid import models as tables
from kangmai.epidemic.nucleic_acid.types import Given as Scanned
from kangmai.epidemic.nucleic_acid.types import RoundFacts, RoundKind, SiteFacts, TubeRecord
from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.orders import queries as order_queries
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import actions, clocks, errors, handlers, models, queries, rules
from kangmai.epidemic.tracing.types import (
    CaseState,
    ContactState,
    Given,
    Half,
    Kind,
    Outcome,
    RowState,
    Where,
)
from kangmai.epidemic.tracing.types import (
    Test as Sampled,
)
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.feed import Event
from kangmai.standards.calendars import legal_day
from tests.epidemic.orders.factories import AT, in_role, order_in_force
from tests.epidemic.orders.factories import OFFICER as SIGNER
from tests.epidemic.tracing.factories import (
    DAY,
    FOLLOWER,
    HOUR,
    INVESTIGATOR,
    NEIGHBOUR,
    OFFICER,
    OTHER_FOLLOWER,
    OTHER_TOWN,
    SECOND,
    case,
    close_contact,
    named,
    resident,
    woken,
)

pytestmark = pytest.mark.usefixtures("database")
TODAY = legal_day(AT)
CLOCKS = operator("test")


def settled(contact, *, at=AT, key="s"):
    return actions.settle(
        contact_id=contact, where=Where.PLACE, place="端州隔离点", room="305", from_at=at, key=key, actor=FOLLOWER, at=at,
    )  # fmt: skip


def swabbed(contact, number, at, outcome=Outcome.NEGATIVE):
    return actions.test(
        contact_id=contact, reference=f"T{number}", sampled_at=at, outcome=outcome, actor=FOLLOWER, at=at
    )  # fmt: skip


def clock_of(kind, id):
    return {
        each.definition: (each.state, each.due_at)
        for each in deadlines.of_subject(Subject(kind, str(id)), actor=CLOCKS)
    }


def test_a_contact_is_released_when_his_days_have_passed_and_every_test_is_negative():
    woken()
    contact = close_contact(case())
    assert clock_of(clocks.CONTACT, contact) == {"tracing_transfer_8h": (State.OPEN, AT + 8 * HOUR)}
    actions.notify(contact_id=contact, answer="no_answer", key="n1", actor=FOLLOWER, at=AT)
    for _ in range(2):
        told = actions.notify(contact_id=contact, answer="reached", key="n2", actor=FOLLOWER, at=AT)
        settled(contact)
    assert (told.told_at, models.Call.objects.count(), models.Stay.objects.count()) == (AT, 2, 1)
    assert clock_of(clocks.CONTACT, contact)["tracing_transfer_8h"][0] is State.MET
    whole = queries.get_contact(contact, actor=FOLLOWER, at=AT)
    assert [(where, (last - TODAY).days) for where, _, last in whole.plan.stages] == [
        (Where.PLACE, 7), (Where.HOME, 10),
    ]  # fmt: skip
    due = [TODAY + n * DAY for n in (1, 2, 3, 5, 7, 10)]
    assert list(whole.plan.tests) == due
    assert whole.missing == ("day", *(f"test {day}" for day in due))
    for number, days in enumerate((1, 2, 3, 5, 7)):
        swabbed(contact, number, AT + days * DAY)
    late = AT + 11 * DAY
    version = models.Contact.objects.get().version
    free = {"contact_id": contact, "actor": FOLLOWER}
    with pytest.raises(errors.NotReleasable) as refused:
        actions.release(**free, expected_version=version, at=late)
    assert refused.value.details["missing"] == f"test {due[-1]}"
    swabbed(contact, 9, late, Outcome.PENDING)
    with pytest.raises(errors.NotReleasable) as refused:
        actions.release(**free, expected_version=version, at=late)
    assert refused.value.details["missing"] == f"pending, test {due[-1]}"
    swabbed(contact, 9, late)
    with pytest.raises(ChangedMeanwhile):
        actions.release(**free, expected_version=version + 1, at=late)
    released = actions.release(**free, expected_version=version, at=late)
    assert (released.state, released.released_at) == (ContactState.RELEASED, late)
    assert models.Stay.objects.get().until_at == late
    with pytest.raises(errors.NotInThisState):
        swabbed(contact, 10, late)


def test_single_tubes_of_testing_count_without_being_written_down_again():
    order = order_in_force(Purpose.TRACING, Purpose.TESTING, at=AT, days=20)
    someone = resident(8)
    contact = close_contact(case(), Given(resident=someone.id))
    settled(contact)
    states = ("negative", "negative", "positive", "closed")
    for number, (state, mode) in enumerate(zip(states, (1, 10, 10, 1), strict=True)):
        _tube(order.id, someone.id, f"TUBE00000{number}", state, mode, AT + DAY + number * HOUR)
    found = queries.get_contact(contact, actor=FOLLOWER, at=AT + 2 * DAY)
    assert [(each.reference, each.outcome) for each in found.tests] == [
        ("TUBE000000", Outcome.NEGATIVE), ("TUBE000003", Outcome.PENDING),
    ]  # fmt: skip
    assert f"test {TODAY + DAY}" not in found.missing and "pending" in found.missing


def test_a_preliminary_positive_begins_an_investigation_once_where_tracing_is_ordered():
    someone, now = resident(9), datetime.now(UTC)
    place = someone.demographics.place_code
    handlers.open_cases([_positive_event(1, place, now)])
    assert models.Case.objects.count() == 0
    order = order_in_force(Purpose.TRACING, Purpose.TESTING, at=AT, days=20)
    known = _hold(order.id, someone.id, "TUBE000020", place)
    for _ in range(2):
        handlers.open_cases(
            [_positive_event(known, place, now), _positive_event(10**6, place, now)]
        )
    row = models.Case.objects.get()
    assert (row.person.resident_id, row.found_at, row.state) == (someone.id, now, "open")


def test_a_positive_whom_the_index_does_not_know_is_investigated_by_document_or_phone():
    order = order_in_force(Purpose.TRACING, Purpose.TESTING, at=AT, days=20)
    _tube(order.id, 0, "TUBE000030", "positive", 10, AT)
    now, tubes = datetime.now(UTC), []
    for n, (number, name, phone) in enumerate(
        (("E12345678", "韦海", ""), ("", "韦涛", "13900000001"), ("", "", ""))
    ):
        said = Scanned(number, AT, name=name, phone=phone)
        tubes.append(TubeRecord(uuid4(), f"TUBE00004{n}", (said,), AT + HOUR, 1))
    site = tables.Site.objects.get()
    testing.take_tubes(site_id=site.id, records=tubes, actor=operator("test"), at=AT + HOUR)
    for tube in tables.Tube.objects.filter(code__startswith="TUBE00004").order_by("code"):
        person = tables.Sample.objects.get(tube_id=tube.id).person_id
        hold = _hold(order.id, person, f"POOL{tube.id:06}", "441202001")
        handlers.open_cases([_positive_event(hold, "441202001", now)])
    cases = models.Case.objects.order_by("number")
    facts = [
        queries.people_of_case(each.id, persons=[each.person_id], actor=INVESTIGATOR, at=now)
        for each in cases
    ]
    assert [(f.name, f.document, f.phone) for one in facts for f in one.values()] == [
        ("韦海", "E12345678", ""), ("韦涛", "", "13900000001"),
    ]  # fmt: skip


def _positive_event(hold, place, at):
    return Event(1, hold, {"kind": "x", "key": str(hold), "at": at, "data": {"place": place}})


def _hold(order_id, person_id, code, place):
    """Somebody of a pool whose single is positive, as testing leaves him; its id."""
    _tube(order_id, person_id, code, "positive", 10, AT)
    tube = tables.Tube.objects.get(code=code)
    pool = tables.Pool.objects.create(
        id=uuid4(), order_id=order_id, round=tube.round, tube=tube, site=tube.site, laboratory_id=1, place_code=place,
        organization_id=1, found_at=AT, first_judgement="positive", state="open",
    )  # fmt: skip
    return tables.Hold.objects.create(
        order_id=order_id,
        pool=pool,
        person_id=person_id,
        place_code=place,
        state="positive",
        settled_at=AT,
    ).id


def _tube(order_id, person_id, code, state, mode, sampled_at):
    """A tube with one person of interest in it, as testing leaves it."""
    facts = RoundFacts(
        name="轮", kind=RoundKind.LISTED, areas=("441202",), mode=mode, opens_at=AT, closes_at=AT + 9 * DAY,
        target_people=1, organization=1,
    )  # fmt: skip
    row = testing.plan_round(facts=facts, key=uuid4(), actor=operator("test"), at=AT)
    site = SiteFacts(
        code="A", name="站", organization=1, place_code="441202001", lanes=1, laboratory=1
    )
    (site_row,) = testing.set_sites(round_id=row.id, sites=[site], actor=operator("test"), at=AT)
    published = None if state == "closed" else sampled_at
    tube = tables.Tube.objects.create(
        round=row, site=site_row, code=code, mode=mode, state=state, opened_at=sampled_at, published_at=published,
        people=1, client_id=uuid4(), subject="people", closed_at=sampled_at, due_at=sampled_at, taken_by=1,
    )  # fmt: skip
    tables.Sample.objects.create(
        person_id=person_id, round_id=row.id, occasion=0, tube_id=tube.id, seq=1, group="contact", sampled_at=sampled_at
    )  # fmt: skip


def test_the_tenth_day_is_not_enough():
    woken()
    contact = close_contact(case())
    settled(contact)
    for days in (1, 2, 3, 5, 7, 10):
        swabbed(contact, days, AT + days * DAY)
    row = models.Contact.objects.get()
    with pytest.raises(errors.NotReleasable) as refused:
        actions.release(contact_id=contact, expected_version=row.version, actor=FOLLOWER, at=AT + 10 * DAY)  # fmt: skip
    assert refused.value.details["missing"] == "day"


def test_a_contact_who_is_only_watched_has_no_test_to_take():
    woken()
    found = case()
    contact = close_contact(found)
    (pair,) = queries.pairs(found.id, actor=INVESTIGATOR, at=AT).rows
    actions.judge(case_id=found.id, kinds={pair.id: Kind.GENERAL}, reason="隔两桌", actor=INVESTIGATOR, at=AT)  # fmt: skip
    whole = queries.get_contact(contact, actor=FOLLOWER, at=AT)
    assert (whole.contact.kind, whole.plan.tests, whole.missing) == (Kind.GENERAL, (), ("day",))


def test_a_released_contact_who_is_exposed_later_is_followed_anew():
    woken()
    someone, late = named(), AT + 11 * DAY
    contact = close_contact(case(), someone)
    settled(contact)
    for days in (1, 2, 3, 5, 7, 10):
        swabbed(contact, days, AT + days * DAY)
    version = models.Contact.objects.get().version
    actions.release(contact_id=contact, expected_version=version, actor=FOLLOWER, at=late)
    assert close_contact(case(at=late), someone, at=late) == contact
    row = models.Contact.objects.get()
    assert (row.state, row.settled_at, row.released_at) == ("followed", None, None)
    assert row.until_on == TODAY + 21 * DAY
    assert clock_of(clocks.CONTACT, contact)["tracing_transfer_8h"][0] is State.OPEN
    again = queries.get_contact(contact, actor=FOLLOWER, at=late)
    assert again.missing[:2] == ("day", f"test {TODAY + 12 * DAY}")


def test_what_is_missing_by_the_eighth_edition_counts_two_tubes_at_the_end():
    rule = rules.edition("v8")
    plan = rules.plan(rule, Kind.CLOSE, last_exposure_on=TODAY, determined_on=TODAY)
    tests = [Sampled(AT + (day - TODAY), str(day), Outcome.NEGATIVE) for day in plan.tests]
    late = plan.until + DAY
    assert rules.missing(plan, tests, ["stay"], today=late) == ("double",)
    second = replace(tests[-1], reference="zwei")
    assert rules.missing(plan, [*tests, second], ["stay"], today=late) == ()
    assert rules.missing(plan, [*tests, second], [], today=plan.until) == ("day", "place")
    bad = replace(second, outcome=Outcome.POSITIVE)
    assert "positive" in rules.missing(plan, [*tests, bad], ["stay"], today=late)


def test_daily_checks_replace_each_other_and_fever_calls_for_help():
    woken()
    contact = close_contact(case())
    check = {"contact_id": contact, "day": TODAY, "half": Half.MORNING, "actor": FOLLOWER, "at": AT}
    actions.check(**check, temperature_c=36.4, symptoms=())
    assert models.Contact.objects.get().unwell_at is None
    actions.check(**check, temperature_c=37.3, symptoms=("cough", "cough"))
    row = models.Check.objects.get()
    assert (float(row.temperature_c), row.symptoms) == (37.3, ["cough"])
    assert models.Contact.objects.get().unwell_at == AT
    unwell = queries.contacts(show=queries.Show.UNWELL, actor=INVESTIGATOR, at=AT)
    assert [each.id for each, _ in unwell.rows] == [contact]
    for change, refusal in (
        ({"temperature_c": 25.0}, errors.CheckUnreadable),
        ({"symptoms": ("homesick",)}, errors.WordUnknown),
        ({"day": TODAY + DAY}, errors.DaysUnfit),
        ({"actor": OTHER_FOLLOWER}, errors.ContactUnknown),
        ({"actor": OFFICER}, NotPermitted),
    ):
        with pytest.raises(refusal):
            actions.check(**{**check, "temperature_c": None, "symptoms": (), **change})
    assert models.Check.objects.count() == 1


def test_a_contact_elsewhere_is_seen_there_and_by_the_cases_investigators_only():
    woken()
    found = case()
    contact = close_contact(found, named(place=f"{OTHER_TOWN}001"))
    for actor in (INVESTIGATOR, NEIGHBOUR, OTHER_FOLLOWER):
        assert queries.get_contact(contact, actor=actor, at=AT).facts.name.startswith("张")
    with pytest.raises(errors.ContactUnknown):
        queries.get_contact(contact, actor=FOLLOWER, at=AT)
    assert queries.get_contact(contact, actor=NEIGHBOUR, at=AT).pairs == ()
    assert queries.cases(actor=NEIGHBOUR, at=AT).rows == ()
    assert queries.speed(since=AT - DAY, until=AT + DAY, actor=NEIGHBOUR, at=AT).cases == 0
    assert queries.tree(actor=NEIGHBOUR, at=AT).cases == ()
    (seen,) = queries.towns(actor=NEIGHBOUR, at=AT)
    assert (seen.code, seen.cases, seen.unsettled) == (OTHER_TOWN, 0, 1)
    own, other = queries.towns(actor=INVESTIGATOR, at=AT)
    assert (own.cases, own.unsettled, other) == (1, 0, seen)


def test_the_three_clocks_of_a_case_and_when_it_may_be_concluded():
    woken()
    found = case(at=AT + HOUR, found_at=AT)
    assert clock_of(clocks.CASE, found.id) == {
        "tracing_on_site_2h": (State.OPEN, AT + 2 * HOUR),
        "tracing_core_facts_4h": (State.OPEN, AT + 4 * HOUR),
        "tracing_settled_24h": (State.OPEN, AT + 24 * HOUR),
    }
    given = {"case_id": found.id, "actor": INVESTIGATOR}
    seen = actions.go_on_site(**given, expected_version=1, at=AT + HOUR)
    with pytest.raises(ChangedMeanwhile):
        actions.go_on_site(**given, expected_version=1, at=AT + HOUR)
    with pytest.raises(errors.NotInThisState):
        actions.conclude(**given, expected_version=seen.version, at=AT + HOUR)
    known = actions.record_core(**given, summary="市场摊主", isolated_at=AT, expected_version=2, at=AT + 2 * HOUR)  # fmt: skip
    assert (known.summary, known.isolated_at) == ("市场摊主", AT)
    contact = close_contact(found, at=AT + 2 * HOUR)
    with pytest.raises(errors.NotSettled) as refused:
        actions.conclude(**given, expected_version=3, at=AT + 3 * HOUR)
    assert refused.value.details == {"waiting": 0, "loose": 1}
    settled(contact, at=AT + 3 * HOUR)
    ended = actions.conclude(**given, expected_version=3, at=AT + 4 * HOUR)
    assert ended.state is CaseState.CONCLUDED
    assert {state for state, _ in clock_of(clocks.CASE, found.id).values()} == {State.MET}


def test_a_contact_who_becomes_a_case_ends_being_followed_and_counts_for_speed():
    woken()
    first = case()
    contact = close_contact(first, at=AT + 2 * HOUR)
    actions.notify(contact_id=contact, answer="reached", key="n", actor=FOLLOWER, at=AT + 3 * HOUR)
    settled(contact, at=AT + 5 * HOUR)
    grown = {"contact_id": contact, "found_at": AT + 2 * DAY, "onset_on": None, "sampled_on": TODAY + 2 * DAY}  # fmt: skip
    with pytest.raises(NotPermitted):
        actions.become_case(**grown, key="b", actor=FOLLOWER, at=AT + 2 * DAY)
    second = actions.become_case(**grown, key="b", actor=INVESTIGATOR, at=AT + 2 * DAY)
    assert actions.become_case(**grown, key="b", actor=INVESTIGATOR, at=AT + 2 * DAY) == second
    row = models.Contact.objects.get()
    assert (row.state, row.case_id) == ("positive", second.id)
    with pytest.raises(errors.CaseThere):
        case(Given(**_said(row)))
    found = queries.speed(since=AT - DAY, until=AT + 3 * DAY, actor=OFFICER, at=AT + 3 * DAY)
    assert (found.cases, found.contacts, found.close) == (2, 1, 1)
    assert (found.determined_share, found.settled_share) == (1.0, 1.0)
    assert (found.found_to_told_hours, found.told_to_settled_hours) == (3.0, 2.0)
    assert (found.among_followed_share, found.attack_rate) == (0.5, 1.0)
    nothing = queries.speed(since=AT - 9 * DAY, until=AT - 8 * DAY, actor=OFFICER, at=AT)
    assert (nothing.cases, nothing.determined_share, nothing.attack_rate) == (0, None, None)


def _said(row):
    from kangmai.epidemic.tracing import sealed

    said = sealed.read("person", row.person_id, row.person.content_key, row.person.content)
    return {name: said[name] for name in ("name", "phone")}


def test_the_tree_has_no_circle_and_one_infector_each():
    woken()
    one, two, three = case(), case(), case()
    link = {"evidence": "interview", "note": "同桌", "actor": INVESTIGATOR, "at": AT}
    first = actions.assert_link(from_case=one.id, to_case=two.id, **link)
    assert actions.assert_link(from_case=one.id, to_case=two.id, **link) == first
    actions.assert_link(from_case=two.id, to_case=three.id, **link)
    for from_case, to_case, refusal in (
        (three, one, errors.InfectsItself),
        (one, one, errors.InfectsItself),
        (one, three, errors.InfectorThere),
    ):
        with pytest.raises(refusal):
            actions.assert_link(from_case=from_case.id, to_case=to_case.id, **link)
    with pytest.raises(errors.WordUnknown):
        actions.assert_link(from_case=three.id, to_case=one.id, **{**link, "evidence": "rumour"})
    with pytest.raises(errors.CaseUnknown):
        actions.assert_link(from_case=one.id, to_case=three.id, **{**link, "actor": NEIGHBOUR})
    grown = queries.tree(actor=INVESTIGATOR, at=AT)
    assert [grown.depth[each.id] for each in (one, two, three)] == [0, 1, 2]
    actions.withdraw_link(link_id=first.id, reason="测序不符", actor=SECOND, at=AT)
    actions.assert_link(from_case=three.id, to_case=one.id, **link)
    assert queries.tree(actor=INVESTIGATOR, at=AT).depth[one.id] == 2


LINES = """姓名,证件号码,联系电话,现住区划代码,现住址,接触者类别,与病例关系,病例编号,末次暴露日期
李一,,13800000001,441202001002,一巷1号,密切接触者,同桌就餐,GZ-7,2026-11-19
李二,440111199003074516,,441202001002,,次密接,,GZ-7,2026-11-19
,,13800000003,4412,,谁,亲戚,,2026-13-01
李四,,13800000004,441202001003,,一般接触者,,GZ-8,2026-11-18
"""


def test_a_line_list_is_tried_row_by_row_taken_answered_and_followed_here():
    woken()
    tried = actions.try_list(data=LINES.encode(), actor=INVESTIGATOR, at=AT)
    assert (len(tried.rows), tried.total, models.ListRow.objects.count()) == (2, 4, 0)
    assert [(each.row, each.column) for each in tried.faults] == [
        (2, "证件号码"), (3, "姓名"), (3, "现住区划代码"), (3, "接触者类别"), (3, "与病例关系"), (3, "病例编号"),
        (3, "末次暴露日期"),
    ]  # fmt: skip
    taken = {"data": LINES.encode("gb18030"), "other": "440100", "reference": "穗协查12号", "key": "l", "at": AT}  # fmt: skip
    list_id, _ = actions.receive_list(**taken, actor=INVESTIGATOR)
    assert actions.receive_list(**taken, actor=INVESTIGATOR)[0] == list_id
    _, (one, two, three, four) = queries.get_list(list_id, actor=INVESTIGATOR, at=AT)
    assert (one.person.name, one.state, models.ListRow.objects.count()) == ("李一", RowState.WAITING, 4)  # fmt: skip
    assert (two.person, two.state, three.state) == (None, RowState.REFUSED, RowState.REFUSED)
    with pytest.raises(errors.ListUnknown):
        actions.accept_row(row_id=one.id, expected_version=1, actor=NEIGHBOUR, at=AT)
    contact = actions.accept_row(row_id=one.id, expected_version=1, actor=INVESTIGATOR, at=AT)
    refuse = {"row_id": four.id, "expected_version": 1, "actor": INVESTIGATOR, "at": AT}
    with pytest.raises(errors.ReasonMissing):
        actions.refuse_row(**refuse, reason=" ")
    actions.refuse_row(**refuse, reason="查无此人")
    with pytest.raises(errors.NotInThisState):
        actions.refuse_row(**{**refuse, "expected_version": 2}, reason="查无此人")
    whole = queries.get_contact(contact, actor=FOLLOWER, at=AT)
    assert (whole.contact.kind, whole.contact.state) == (Kind.CLOSE, ContactState.FOLLOWED)
    assert (whole.facts.name, whole.contact.last_exposure_on) == ("李一", date(2026, 11, 19))
    assert queries.cases(actor=INVESTIGATOR, at=AT).rows == ()
    answer = queries.reply_file(list_id, actor=INVESTIGATOR, at=AT).decode("utf-8-sig")
    first, *others = answer.splitlines()[1:]
    assert (first, others[0], others[2]) == ("1,接收,", f"2,退回,{two.reason}", "4,退回,查无此人")
    assert two.reason == "证件号码：校验码不符：号码中有一位输入有误"
    assert others[1].startswith("3,退回,姓名：缺少姓名；现住区划代码：")
    with pytest.raises(errors.FileUnreadable, match="lacks the columns"):
        actions.try_list(data="姓名\n张三".encode(), actor=INVESTIGATOR, at=AT)
    spoilt = LINES.splitlines()[0] + "\n王一,,abc,441202001002,,密接,,B1,2026-11-19"
    tried = actions.try_list(data=spoilt.encode(), actor=INVESTIGATOR, at=AT)
    assert [(each.row, each.column) for each in tried.faults] == [(1, "联系电话")]
    spoilt = LINES.splitlines()[0] + "\n王一,123,,441202001002,,密接,,B1,2026-11-19"
    tried = actions.try_list(data=spoilt.encode(), actor=INVESTIGATOR, at=AT)
    assert (tried.rows, [(each.row, each.column) for each in tried.faults]) == ({}, [(1, "证件号码")])  # fmt: skip
    with pytest.raises(errors.NothingReadable):
        actions.receive_list(**{**taken, "data": spoilt.encode(), "key": "n"}, actor=INVESTIGATOR)
    for code in (
        "440199001002",
        "441202999999",
    ):  # no county of the country, no village of this city
        spoilt = LINES.splitlines()[0] + f"\n王一,,13900000009,{code},,密接,,B1,2026-11-19"
        tried = actions.try_list(data=spoilt.encode(), actor=INVESTIGATOR, at=AT)
        assert [(each.row, each.column) for each in tried.faults] == [(1, "现住区划代码")]


def test_rows_of_a_line_list_keep_the_numbers_that_the_other_side_gave_them():
    woken()
    heading, one, _two, _three, four = LINES.splitlines()

    def tried(*numbers):
        lines = [f"{n},{line}" for n, line in zip(numbers, (one, four), strict=True)]
        data = "\n".join((f"序号,{heading}", *lines)).encode()
        return actions.try_list(data=data, actor=INVESTIGATOR, at=AT)

    assert {n: each.name for n, each in tried(7, 3).rows.items()} == {7: "李一", 3: "李四"}
    for numbers in ((7, 7), (1, "x"), (0, 1)):
        with pytest.raises(errors.FileUnreadable, match="序号"):
            tried(*numbers)
    with pytest.raises(errors.FileUnreadable, match="no rows"):
        actions.try_list(data=heading.encode(), actor=INVESTIGATOR, at=AT)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"other": "999900"}, errors.AreaUnreadable),
        ({"other": "44"}, errors.AreaUnreadable),
        ({"other": "441283"}, errors.AreaOwn),
        ({"reference": " "}, errors.LetterMissing),
    ],
)
def test_a_line_list_names_its_city_and_its_letter(said, error):
    woken()
    taken = {"data": LINES.encode(), "other": "4401", "reference": "12", "key": "l", "actor": INVESTIGATOR, "at": AT}  # fmt: skip
    with pytest.raises(error):
        actions.receive_list(**{**taken, **said})
    assert models.LineList.objects.count() == 0
    actions.receive_list(**taken)


def test_a_line_list_goes_out_and_its_answers_come_back():
    woken()
    found = case()
    contact = close_contact(found, Given(name="=WEBSERVICE(1)", phone="13900000009", place_code="441202001002"))  # fmt: skip
    out = {"contacts": [contact], "other": "440600", "reference": "肇协查3号", "key": "o", "at": AT}
    with pytest.raises(errors.ContactUnknown):
        actions.send_list(**{**out, "actor": NEIGHBOUR})
    list_id = actions.send_list(**out, actor=INVESTIGATOR)
    assert actions.send_list(**out, actor=INVESTIGATOR) == list_id
    sent = queries.list_file(list_id, actor=INVESTIGATOR, at=AT).decode("utf-8-sig").splitlines()
    assert sent[1].startswith("1,'=WEBSERVICE(1),,13900000009,441202001002,,密切接触者,同桌就餐")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_audit WHERE action = 'tracing.list_out'")
        assert cursor.fetchone() == (1,)
    reply = "序号,接收情况,退回原因\n1,退回,不在本市\n2,也许,\n9,接收,\n".encode()
    answered, faults = actions.take_reply(list_id=list_id, data=reply, actor=INVESTIGATOR, at=AT)
    assert (answered, [(each.row, each.column) for each in faults]) == (1, [(2, "接收情况"), (9, "序号")])  # fmt: skip
    _, (row,) = queries.get_list(list_id, actor=INVESTIGATOR, at=AT)
    assert (row.state, row.reason) == (RowState.REFUSED, "不在本市")


def test_a_city_sends_and_receives_line_lists_under_the_order_of_one_county():
    woken(area="441202")
    city = in_role("cdc_epidemiologist", 640, place="441200", permissions=INVESTIGATOR.grants[0].permissions)  # fmt: skip
    contact = close_contact(case(), Given(name="王五", phone="13900000009", place_code="441202001002"))  # fmt: skip
    said = {"other": "440600", "reference": "肇协查4号", "actor": city, "at": AT}
    assert actions.send_list(contacts=[contact], key="o", **said)
    _list, tried = actions.receive_list(data=LINES.encode(), key="i", **said)
    assert list(tried.rows) == [1, 4]
    elsewhere = LINES.splitlines()[0] + "\n王一,,13900000009,441284001002,,密接,,B1,2026-11-19"
    with pytest.raises(NoOrderInForce):
        actions.receive_list(data=elsewhere.encode(), key="e", **said)


def test_when_the_order_is_over_nobody_is_left_and_the_times_are():
    order = woken()
    found = case()
    contact = close_contact(found)
    settled(contact)
    swabbed(contact, 1, AT)
    actions.notify(contact_id=contact, answer="reached", key="n", actor=FOLLOWER, at=AT)
    actions.check(contact_id=contact, day=TODAY, half=Half.EVENING, temperature_c=36.6, symptoms=(), actor=FOLLOWER, at=AT)  # fmt: skip
    actions.record_core(case_id=found.id, summary="摊主", isolated_at=None, expected_version=1, actor=INVESTIGATOR, at=AT)  # fmt: skip
    other = case()
    actions.assert_link(from_case=found.id, to_case=other.id, evidence="video", note="监控", actor=INVESTIGATOR, at=AT)  # fmt: skip
    with pytest.raises(errors.AreaOwn):
        actions.receive_list(data=LINES.encode(), other="441203", reference="12", key="o", actor=INVESTIGATOR, at=AT)  # fmt: skip
    actions.receive_list(data=LINES.encode(), other="440100", reference="12", key="l", actor=INVESTIGATOR, at=AT)  # fmt: skip
    late = AT + timedelta(days=40)
    with pytest.raises(NoOrderInForce):
        queries.get_contact(contact, actor=FOLLOWER, at=late)
    orders.settle(at=late)
    proof = order_queries.proof(order.id, actor=SIGNER)
    assert proof.is_clean
    left = {line.table: line.rows for line in proof.lines if line.table.startswith("tracing_") and line.rows}  # fmt: skip
    assert left == {"tracing_case": 2, "tracing_contact": 1, "tracing_linelist": 1}
    row, contact_row = models.Case.objects.get(id=found.id), models.Contact.objects.get()
    assert (row.person_id, row.summary, contact_row.person_id, contact_row.place_code) == (
        None,
    ) * 4
    assert contact_row.settled_at == AT

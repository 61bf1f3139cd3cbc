"""Call-outs: answers by the clock, the next in line, and that nobody is called twice or forgotten."""

import datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.access import actions as access
from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.models import Deadline
from kangmai.epidemic.teams import actions, errors, handlers, models, queries, rules
from kangmai.epidemic.teams.types import CallState, Wish
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.kernel.feed import Event
from kangmai.messages.models import Message
from tests.epidemic.teams.factories import (
    AT,
    CITY,
    COUNTY,
    NEIGHBOUR,
    actor,
    call_out,
    caller,
    keeper,
    team,
)

S = CallState
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def three(database, city):
    """Two teams of one county and one of the next."""
    return (
        team(city, city.cdc, "一队"),
        team(city, city.cdc, "二队", first=4),
        team(city, city.neighbour, "邻队"),
    )


def states(callout, by=None):
    found = queries.get_callout(callout.id, actor=by or caller())
    return [each.state for each in found.calls]


def answer(call, by, *, coming=True, note="", at=AT):
    row = models.Call.objects.get(id=call.id)
    return actions.answer(call_id=call.id, is_coming=coming, note=note, expected_version=row.version, actor=by, at=at)  # fmt: skip


def report(call, state, by, at=AT):
    row = models.Call.objects.get(id=call.id)
    return actions.report(call_id=call.id, state=state, expected_version=row.version, actor=by, at=at)  # fmt: skip


def test_who_declines_or_is_late_is_followed_by_the_next(three, city):
    one, two, other = three
    made = call_out(Wish("team:investigation", 1, (one.id, two.id, other.id)))
    first, second, _third = made.calls
    assert [each.state for each in made.calls] == [S.WAITING, S.RESERVE, S.RESERVE]
    assert first.due_at == AT + 15 * MINUTE
    with pytest.raises(errors.ReasonMissing):
        answer(first, keeper(city.cdc), coming=False)
    answer(first, keeper(city.cdc), coming=False, note="车辆故障", at=AT + MINUTE)
    assert states(made) == [S.DECLINED, S.WAITING, S.RESERVE]
    # nobody says a word: the clock of deadlines calls the next, however often it says so
    late = AT + 17 * MINUTE
    deadlines.escalate_due(at=late)
    missed = Deadline.objects.get(subject_id=str(second.id))
    assert missed.state == "missed"
    event = Event(1, 1, {"data": {"subject_kind": "team_call", "subject_id": str(second.id)}})
    for _ in range(2):
        handlers.call_the_next([event])
    assert states(made) == [S.DECLINED, S.LATE, S.WAITING]
    # a late yes still counts, and is late
    board = answer(second, keeper(city.cdc), at=late)
    assert (board.calls[1].state, board.calls[1].answered_late) == (S.COMING, True)
    assert board.missing("team:investigation") == 0
    report(second, S.ON_SITE, keeper(city.cdc), at=AT + 60 * MINUTE)
    with pytest.raises(errors.NotInThisState):
        report(second, S.MOVING, keeper(city.cdc))
    with pytest.raises(errors.ReasonMissing):
        actions.close_callout(callout_id=made.id, note="", expected_version=1, actor=caller(), at=late)  # fmt: skip
    actions.close_callout(callout_id=made.id, note="处置完毕", expected_version=1, actor=caller(), at=late)  # fmt: skip
    assert states(made) == [S.DECLINED, S.ON_SITE, S.STOOD_DOWN]
    report(second, S.BACK, keeper(city.cdc), at=AT + 90 * MINUTE)
    settled = dict(Deadline.objects.values_list("subject_id", "state").filter(definition="call_on_site_2h"))  # fmt: skip
    assert settled == {str(second.id): "met"}
    assert not Deadline.objects.filter(state__in=("open", "missed")).exists()
    answers = list(
        Deadline.objects.filter(definition="call_answer_15m").values_list("state", flat=True)
    )
    assert sorted(answers) == ["cancelled", "met", "met"]


def test_a_member_answers_himself_and_an_expert_only_for_himself(three, city):
    one, _two, _other = three
    leader, stranger = one.members[0].staff, city.staff[city.hospital][0]
    expert_staff = city.staff[city.hospital][1]
    expert = actions.name_expert(organization=city.hospital, staff=expert_staff, specialty="epidemiology", actor=keeper(city.hospital), at=AT)  # fmt: skip
    accounts = {}
    for n, staff in enumerate((leader, stranger, expert_staff)):
        made = access.add_account(login=f"p{n}", name="某", password="plum-kettle-42-river", staff_id=staff, actor=operator("t"), at=AT)  # fmt: skip
        accounts[staff] = actor(None, account=made.id)
    callout = call_out(Wish("team:investigation", 1, (one.id,)), Wish("expert:epidemiology", 1, (expert.id,)))  # fmt: skip
    of_expert, of_team = callout.calls
    assert of_expert.due_at == AT + 30 * MINUTE
    assert [each.name for each in callout.calls][1] == "一队"
    told = set(Message.objects.exclude(account_id=None).values_list("account_id", flat=True))
    assert told == {accounts[leader].account, accounts[expert_staff].account}
    for call, by in ((of_team, accounts[stranger]), (of_expert, accounts[leader]), (of_team, keeper(city.neighbour)), (of_team, caller())):  # fmt: skip
        with pytest.raises(errors.NotCalled):
            answer(call, by)
    mine = queries.my_calls(actor=accounts[leader])
    assert [(row.id, call.id) for row, call in mine] == [(callout.id, of_team.id)]
    assert queries.my_calls(actor=accounts[stranger]) == ()
    answer(of_team, accounts[leader])
    answer(of_expert, accounts[expert_staff])
    found = queries.out_at(places=caller().grants[0].places, instant=AT, actor=caller())
    assert (found.teams, found.teams_in_use, found.experts) == (1, 3, 1)
    # whoever is out cannot be called to another place
    with pytest.raises(errors.IsOut):
        call_out(Wish("team:investigation", 1, (one.id,)))
    assert one.id not in [each.id for each in queries.candidates(group="team:investigation", place=COUNTY, actor=caller(), at=AT)]  # fmt: skip


def test_everybody_sees_his_part_of_the_board(three, city):
    one, two, other = three
    made = call_out(Wish("team:investigation", 2, (one.id, other.id, two.id)))
    assert len(queries.get_callout(made.id, actor=caller()).calls) == 3
    theirs = queries.get_callout(made.id, actor=keeper(city.neighbour))
    assert [each.name for each in theirs.calls] == ["邻队"]
    assert queries.callout_list(actor=caller(NEIGHBOUR)).rows == ()
    with pytest.raises(errors.CallOutUnknown):
        queries.get_callout(made.id, actor=keeper(city.hospital))
    with pytest.raises(errors.CallOutUnknown):
        actions.close_callout(callout_id=made.id, note="x", expected_version=1, actor=caller(NEIGHBOUR), at=AT)  # fmt: skip
    # near before far among those alike
    order = queries.candidates(group="team:investigation", place=NEIGHBOUR, actor=caller(), at=AT)
    assert [each.name for each in order] == [
        "二队"
    ]  # two are called; the third waits in reserve and is free
    assert queries.open_callouts(actor=caller()) == 1


def test_what_is_refused_of_a_call(three, city):
    one, _two, other = three
    wish = Wish("team:investigation", 1, (one.id,))
    for error, call in (
        (errors.PlaceUnknown, lambda: call_out(wish, place="999999")),
        (errors.NothingWanted, lambda: call_out()),
        (errors.NothingWanted, lambda: call_out(Wish("team:sampling", 1, (one.id,)))),
        (errors.NothingWanted, lambda: call_out(Wish("team:investigation", 1, (other.id,)), by=caller(COUNTY))),
        (errors.QuantityWrong, lambda: call_out(wish, Wish("team:sampling", 0, (one.id,)))),
        (errors.OrderNotInForce, lambda: call_out(wish, order_id=uuid4())),
        (NotPermitted, lambda: call_out(wish, by=caller(NEIGHBOUR))),
        (NotPermitted, lambda: call_out(wish, by=keeper(city.cdc))),
    ):  # fmt: skip
        with pytest.raises(error):
            call()
    assert models.CallOut.objects.count() == models.Call.objects.count() == 0
    key = uuid4()
    assert call_out(wish, key=key) == call_out(wish, key=key)
    with pytest.raises(errors.KeyReused):
        call_out(wish, key=key, place=CITY)
    # nobody is left: those who call out are told
    (call,) = queries.callout_list(actor=caller()).rows[0].calls
    answer(call, keeper(city.cdc), coming=False, note="无人")
    assert Message.objects.filter(template="team_call_exhausted", place_code=COUNTY).count() == 1


@given(
    st.integers(1, 3),
    st.lists(st.sampled_from(["decline", "late", "come"]), min_size=1, max_size=8),
    st.integers(1, 8),
)
def test_as_many_as_are_wanted_are_asked_or_coming_while_somebody_is_left(wanted, moves, count):
    calls = [S.RESERVE] * count
    asked: list[int] = []

    def call():
        lines = [("g", n, state) for n, state in enumerate(calls)]
        for _group, rank in rules.next_calls({"g": wanted}, lines):
            assert rank not in asked
            asked.append(rank)
            calls[rank] = S.WAITING

    call()
    for move in moves:
        waiting = [n for n, state in enumerate(calls) if state is S.WAITING]
        if not waiting:
            break
        calls[waiting[0]] = {"decline": S.DECLINED, "late": S.LATE, "come": S.COMING}[move]
        call()
        held = sum(1 for state in calls if state in (S.WAITING, S.COMING))
        spare = S.RESERVE in calls
        assert held == wanted or (held < wanted and not spare)
        assert asked == sorted(asked)
        short = rules.short_groups({"g": wanted}, [("g", n, s) for n, s in enumerate(calls)])
        assert bool(short) == (held < wanted)

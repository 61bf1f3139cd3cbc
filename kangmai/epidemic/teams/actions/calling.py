"""Call teams and experts out: as many as are wanted are called at once, the next when one declines or is late."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.access import queries as access
from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.epidemic.teams import events, models, rules
from kangmai.epidemic.teams.errors import (
    CallOutUnknown,
    IsOut,
    KeyReused,
    NotCalled,
    NothingWanted,
    NotInThisState,
    PlaceUnknown,
    QuantityWrong,
    ReasonMissing,
)
from kangmai.epidemic.teams.locking import hold
from kangmai.epidemic.teams.models import BUSY
from kangmai.epidemic.teams.ordered import require_in_force
from kangmai.epidemic.teams.reach import CALL, KEEP, callout_locked, experts, keeps, teams
from kangmai.epidemic.teams.reading import callouts_of
from kangmai.epidemic.teams.types import OUT, CallOut, CallState, Wish
from kangmai.kernel.actor import Actor, is_permitted, operator, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import AccountId, OrganizationId, uuid7
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_account, to_permission, to_role
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division

CLOCK = operator("teams.clock", permissions=("deadlines.write",))
SUBJECT = "team_call"
MESSAGE = "TeamCall"
KEEPER_ROLES = ("institution_administrator", "cdc_epidemiologist", "township_public_health")
MOST = 50


def call_out(
    *,
    title: str,
    place: str,
    wishes: Sequence[Wish],
    key: UUID,
    order_id: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> CallOut:
    """Call teams and experts to a place; the same key again returns the first call-out.

    Of each group as many as are wanted are called now, in the order given; the others wait in reserve.

    Raises:
        NotPermitted, PlaceUnknown, NothingWanted (also: a candidate who is not in reach or of another group),
        QuantityWrong, IsOut, OrderNotInForce, KeyReused.
    """
    if not place.isdecimal() or find_division(place) is None:
        raise PlaceUnknown(place=place[:14])
    require(actor, CALL, place)
    _check(title, wishes)
    require_in_force(order_id, place, at)
    with transaction.atomic():
        hold("calls")
        if (first := models.CallOut.objects.filter(key=key).first()) is not None:
            if (first.title, first.place_code, first.asked_by) != (title.strip()[:160], place, actor.account):  # fmt: skip
                raise KeyReused()
            return callouts_of([first])[0]
        row = models.CallOut.objects.create(
            id=uuid7(), key=key, title=title.strip()[:160], place_code=place, order_id=order_id,
            wanted={each.group: each.wanted for each in wishes}, asked_by=actor.account, asked_at=at,
        )  # fmt: skip
        for wish in wishes:
            _line_up(row, wish, actor)
        data = {"place": place, "wanted": row.wanted}
        write_down_and_announce(events.CALLED, "CallOut", row.id, data=data, actor=actor, at=at)
        call_next(row, actor=actor, at=at)
    return callouts_of([row])[0]


def _check(title: str, wishes: Sequence[Wish]) -> None:
    if not title.strip() or not wishes or not any(each.wanted for each in wishes):
        raise NothingWanted()
    for each in wishes:
        if not 1 <= each.wanted <= MOST:
            raise QuantityWrong(value=each.wanted, least=1, most=MOST)
        if not each.candidates or len(set(each.candidates)) != len(each.candidates):
            raise NothingWanted()


def _line_up(row: models.CallOut, wish: Wish, actor: Actor) -> None:
    """Enter the candidates of a group in their order; all of them must be in reach, of the group, and free."""
    is_team, _colon, kind = wish.group.partition(":")
    if is_team == "team":
        found = {e.id: e for e in teams(actor, CALL).filter(id__in=wish.candidates, kind=kind, closed_at=None)}  # fmt: skip
    else:
        found = {e.id: e for e in experts(actor, CALL).filter(id__in=wish.candidates, specialty=kind, ended_at=None)}  # fmt: skip
    if len(found) != len(wish.candidates):
        raise NothingWanted()
    column = "team_id" if is_team == "team" else "expert_id"
    busy = models.Call.objects.filter(**{f"{column}__in": wish.candidates}, state__in=BUSY)
    if (other := busy.select_related("team").first()) is not None:
        raise IsOut(name=_name(other))
    models.Call.objects.bulk_create(
        models.Call(
            id=uuid7(), callout=row, group=wish.group, rank=rank,
            organization_id=found[id].organization_id, state=CallState.RESERVE.value, **{column: id},
        )
        for rank, id in enumerate(wish.candidates)
    )  # fmt: skip


def _name(call: models.Call) -> str:
    if call.team is not None:
        return str(call.team.name)
    staff = call.expert.staff_id if call.expert else 0
    return registry.staff_names(ids=[staff]).get(staff, "—")


def call_next(row: models.CallOut, *, actor: Actor, at: datetime) -> None:
    """Call whoever is next until as many as wanted are asked or coming; who went out meanwhile is passed over.

    The caller holds the call-out's row. Where nobody is left, those who call out there are told.
    """
    if row.closed_at is not None:
        return
    calls = {(each.group, each.rank): each for each in _calls(row)}
    _pass_over(calls.values())
    lines = [(group, rank, CallState(each.state)) for (group, rank), each in calls.items()]
    chosen = [calls[each] for each in rules.next_calls(row.wanted, lines)]
    for each in chosen:
        _begin(row, each, at)
    _tell(row, chosen, actor, at)
    short = rules.short_groups(row.wanted, [(e.group, e.rank, CallState(e.state)) for e in calls.values()])  # fmt: skip
    if short:
        data = {"place": row.place_code, "groups": list(short)}
        write_down_and_announce(events.CALLOUT_EXHAUSTED, "CallOut", row.id, data=data, actor=actor, at=at)  # fmt: skip
        draft = Draft(
            "team_call_exhausted", to_permission(CALL, row.place_code), {"place": row.place_code},
            link=f"/teams/call-outs/{row.id}/", subject=("CallOut", str(row.id)),
            key=f"{row.id}:{','.join(short)}",
        )  # fmt: skip
        messages.notify([draft], actor=actor, at=at)


def _calls(row: models.CallOut) -> list[models.Call]:
    rows = models.Call.objects.select_for_update(of=("self",)).filter(callout=row)
    return list(rows.select_related("team", "expert").order_by("group", "rank"))


def _pass_over(calls: Iterable[models.Call]) -> None:
    """Whoever waits in reserve here and went out on another call, or whose team was closed, is not called."""
    waiting = [each for each in calls if each.state == CallState.RESERVE.value]
    elsewhere = models.Call.objects.filter(state__in=BUSY)
    teams_out = set(elsewhere.filter(team__in=[e.team_id for e in waiting if e.team_id]).values_list("team_id", flat=True))  # fmt: skip
    experts_out = set(elsewhere.filter(expert__in=[e.expert_id for e in waiting if e.expert_id]).values_list("expert_id", flat=True))  # fmt: skip
    for each in waiting:
        gone = (each.team and each.team.closed_at) or (each.expert and each.expert.ended_at)
        if gone or each.team_id in teams_out or each.expert_id in experts_out:
            each.state, each.version = CallState.STOOD_DOWN.value, each.version + 1
            each.save(update_fields=["state", "version"])


def _begin(row: models.CallOut, call: models.Call, at: datetime) -> None:
    """Start the clock of an answer."""
    found = rules.rule(on=legal_day(at))
    clock = found.kinds[call.team.kind].clock if call.team else found.expert_clock
    (deadline,) = deadlines.start(
        [
            Start(
                definition=clock, subject=Subject(SUBJECT, str(call.id)), started_at=at,
                owner_org=call.organization_id, owner_account=_account_of(call), place_code=row.place_code,
            )
        ],
        actor=CLOCK,
        at=at,
    )  # fmt: skip
    call.state, call.called_at, call.due_at = CallState.WAITING.value, at, deadline.due_at
    call.version += 1
    call.save()


def _account_of(call: models.Call) -> AccountId | None:
    """The account of an expert; a team is owed by the roles of its institution."""
    if call.expert is None:
        return None
    staff = call.expert.staff_id
    account = access.accounts_of_staff(staff_ids=[staff]).get(staff)
    return None if account is None else AccountId(account)


def _tell(row: models.CallOut, calls: Sequence[models.Call], actor: Actor, at: datetime) -> None:
    """Tell everybody who is called: members with an account, the expert, and who keeps the team."""
    drafts = []
    for call in calls:
        staff = [call.expert.staff_id] if call.expert else _members(call)
        accounts = sorted(set(access.accounts_of_staff(staff_ids=staff).values()))
        to = [to_account(each) for each in accounts]
        to += [to_role(role, call.organization_id) for role in KEEPER_ROLES]
        drafts += [
            Draft(
                "team_called", each, {"place": row.place_code}, link="/teams/calls/",
                subject=(MESSAGE, str(call.id)), key=f"{call.id}:{n}",
            )
            for n, each in enumerate(to)
        ]  # fmt: skip
    messages.notify(drafts, actor=actor, at=at)


def _members(call: models.Call) -> list[int]:
    rows = models.Member.objects.filter(team_id=call.team_id, to_at=None)
    return list(rows.values_list("staff_id", flat=True))


def answer(
    *, call_id: UUID, is_coming: bool, note: str = "", expected_version: int, actor: Actor, at: datetime
) -> CallOut:  # fmt: skip
    """Say whether one comes: a member of the team, the expert, or who keeps the team in their name.

    A refusal has a reason and calls the next at once. An answer after the limit still counts, and is late.

    Raises:
        CallOutUnknown, NotCalled, ChangedMeanwhile, NotInThisState, ReasonMissing.
    """
    if not is_coming and not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row, call = _mine(call_id, actor)
        require_version(call.version, expected_version)
        _require(call, CallState.WAITING, CallState.LATE)
        if is_coming:
            _require_free(call)
        call.answered_at, call.answered_by, call.is_coming = at, actor.account, is_coming
        call.note = note.strip()[:300]
        state = CallState.COMING if is_coming else CallState.DECLINED
        _move(row, call, state, events.CALL_ANSWERED, actor, at)
        deadlines.meet([Met(_clock(call, at), Subject(SUBJECT, str(call.id)), at, "team_call", str(call.id))], actor=CLOCK, at=at)  # fmt: skip
        messages.settle([(MESSAGE, str(call.id))], actor=actor, at=at)
        if is_coming:
            _start_arrival(row, call, at)
        else:
            call_next(row, actor=actor, at=at)
    return callouts_of([row])[0]


def _clock(call: models.Call, at: datetime) -> str:
    found = rules.rule(on=legal_day(at))
    return found.kinds[call.team.kind].clock if call.team else found.expert_clock


def _start_arrival(row: models.CallOut, call: models.Call, at: datetime) -> None:
    start = Start(
        definition=rules.rule(on=legal_day(at)).arrival_clock, subject=Subject(SUBJECT, str(call.id)),
        started_at=call.called_at, owner_org=OrganizationId(call.organization_id),
        owner_account=_account_of(call), place_code=row.place_code,
    )  # fmt: skip
    deadlines.start([start], actor=CLOCK, at=at)


STEPS = {
    CallState.MOVING: (CallState.COMING,),
    CallState.ON_SITE: (CallState.COMING, CallState.MOVING),
    CallState.BACK: OUT,
}
"""From where one comes to each state after a yes."""


def report(
    *, call_id: UUID, state: CallState, note: str = "", expected_version: int, actor: Actor, at: datetime
) -> CallOut:  # fmt: skip
    """Say that one is on the way, on site, or back.

    Raises:
        CallOutUnknown, NotCalled, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row, call = _mine(call_id, actor)
        require_version(call.version, expected_version)
        if state not in STEPS:
            raise NotInThisState(state=call.state)
        _require(call, *STEPS[state])
        if state is CallState.MOVING:
            call.moved_at = at
        elif state is CallState.ON_SITE:
            call.moved_at, call.arrived_at = call.moved_at or at, at
            clock = rules.rule(on=legal_day(at)).arrival_clock
            deadlines.meet([Met(clock, Subject(SUBJECT, str(call.id)), at, "team_call", str(call.id))], actor=CLOCK, at=at)  # fmt: skip
        else:
            call.back_at = at
            deadlines.cancel_of([Subject(SUBJECT, str(call.id))], reason="back", actor=CLOCK, at=at)
        call.note = note.strip()[:300] or call.note
        _move(row, call, state, events.CALL_MOVED, actor, at)
    return callouts_of([row])[0]


def close_callout(
    *, callout_id: UUID, note: str, expected_version: int, actor: Actor, at: datetime
) -> CallOut:
    """End a call-out: whoever has not said yes stands down; who is out comes back by himself.

    Raises:
        NotPermitted, CallOutUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing.
    """
    if not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = callout_locked(callout_id, actor=actor)
        require_version(row.version, expected_version)
        if row.closed_at is not None:
            raise NotInThisState(state="closed")
        open_calls = [e for e in _calls(row) if e.state in ("reserve", "waiting", "late")]
        for call in open_calls:
            call.state, call.version = CallState.STOOD_DOWN.value, call.version + 1
            call.save(update_fields=["state", "version"])
        subjects = [Subject(SUBJECT, str(each.id)) for each in open_calls]
        if subjects:
            deadlines.cancel_of(subjects, reason=note, actor=CLOCK, at=at)
            messages.settle([(MESSAGE, str(each.id)) for each in open_calls], actor=actor, at=at)
        row.closed_at, row.note, row.version = at, note.strip()[:300], row.version + 1
        row.save()
        data = {"place": row.place_code, "stood_down": len(open_calls)}
        write_down_and_announce(events.CALLOUT_CLOSED, "CallOut", row.id, data=data, actor=actor, at=at)  # fmt: skip
    return callouts_of([row])[0]


def mark_late(*, call_ids: Iterable[str], actor: Actor, at: datetime) -> int:
    """What the clock says: those who have not answered are late, and the next are called. Twice does nothing more."""
    done = 0
    for id in sorted(call_ids):
        with transaction.atomic():
            found = models.Call.objects.filter(id=id).values_list("callout_id", flat=True).first()
            if found is None:
                continue
            row = models.CallOut.objects.select_for_update().get(id=found)
            call = models.Call.objects.select_for_update().get(id=id)
            if call.state != CallState.WAITING.value or call.due_at > at:
                continue
            _move(row, call, CallState.LATE, events.CALL_LATE, actor, at)
            call_next(row, actor=actor, at=at)
            done += 1
    return done


def _mine(call_id: UUID, actor: Actor) -> tuple[models.CallOut, models.Call]:
    """A call that the actor answers, with its call-out, both locked. Raises CallOutUnknown, NotCalled."""
    known = models.Call.objects.filter(id=call_id).values_list("callout_id", flat=True).first()
    if known is None:
        raise CallOutUnknown()
    row = models.CallOut.objects.select_for_update().get(id=known)
    call = models.Call.objects.select_for_update(of=("self",)).select_related("team", "expert").get(id=call_id)  # fmt: skip
    if not (_is_called(call, actor) or _keeps(call, actor)):
        raise NotCalled()
    return row, call


def _is_called(call: models.Call, actor: Actor) -> bool:
    staff = access.staff_of_account(account_id=actor.account)
    if staff is None:
        return False
    return staff == call.expert.staff_id if call.expert else staff in _members(call)


def _keeps(call: models.Call, actor: Actor) -> bool:
    of = call.team or call.expert
    return is_permitted(actor, KEEP) and of is not None and keeps(actor, of)


def _require_free(call: models.Call) -> None:
    """Let pass who is on no other call. Raises IsOut."""
    others = models.Call.objects.filter(state__in=BUSY).exclude(pk=call.pk)
    if others.filter(team=call.team_id, expert=call.expert_id).exists():
        raise IsOut(name=_name(call))


def _require(call: models.Call, *states: CallState) -> None:
    if call.state not in {each.value for each in states}:
        raise NotInThisState(state=call.state)


def _move(
    row: models.CallOut, call: models.Call, state: CallState, event: str, actor: Actor, at: datetime
) -> None:
    call.state, call.version = state.value, call.version + 1
    call.save()
    data = {"callout": str(row.id), "state": state.value, "organization": call.organization_id}
    write_down_and_announce(event, "TeamCall", call.id, data=data, reason=call.note, actor=actor, at=at)  # fmt: skip

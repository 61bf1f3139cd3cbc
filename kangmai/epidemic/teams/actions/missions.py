"""Support missions: planned, sent off, acknowledged by the receiving side, returned."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.teams import events, models, rules
from kangmai.epidemic.teams.errors import (
    IsAway,
    KeyReused,
    LetterMissing,
    MissionDaysWrong,
    MissionEndsWrong,
    NobodyNamed,
    NotInThisState,
    QuantityWrong,
    ReasonMissing,
    TextMissing,
    TwiceNamed,
)
from kangmai.epidemic.teams.locking import hold
from kangmai.epidemic.teams.reach import (
    kept_institution,
    mission_locked,
    require_keeper,
    require_staff,
)
from kangmai.epidemic.teams.reading import missions_of
from kangmai.epidemic.teams.types import AWAY, Mission, MissionFacts, MissionState
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.kernel.words import Words
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

MOST_PEOPLE = 10_000
MOST_GOODS = 1_000_000


def plan_mission(*, facts: MissionFacts, key: UUID, actor: Actor, at: datetime) -> Mission:
    """Plan a mission; the home unit plans what it sends, the receiving one what comes from outside the city.

    Raises:
        NotPermitted, InstitutionUnknown, MissionEndsWrong, TextMissing (no task or destination), DayWrong,
        NobodyNamed, QuantityWrong, StaffNotThere, TwiceNamed, IsAway, KeyReused.
    """
    _check(facts, at)
    with transaction.atomic():
        planner = facts.from_organization or facts.to_organization
        assert planner is not None  # _check lets nothing else pass
        kept_institution(planner, actor=actor)
        hold("missions")
        if (first := models.Mission.objects.filter(key=key).first()) is not None:
            if (first.task, first.starts_on) != (facts.task.strip()[:160], facts.starts_on):
                raise KeyReused()
            return missions_of([first])[0]
        if facts.from_organization is not None:
            require_staff(facts.people, facts.from_organization, legal_day(at))
            _require_free(facts)
        row = _enter(facts, key, actor)
        data = {"from": facts.from_organization, "to": facts.to_organization, "people": row.people}
        write_down_and_announce(events.MISSION_PLANNED, "Mission", row.id, data=data, actor=actor, at=at)  # fmt: skip
    return missions_of([row])[0]


def _check(facts: MissionFacts, at: datetime) -> None:
    if facts.from_organization is None and not facts.from_name.strip():
        raise TextMissing(field=Words("派出方", "who sends them"))
    if facts.to_organization is None and not facts.to_name.strip():
        raise TextMissing(field=Words("接收方", "who receives them"))
    home = (facts.from_organization is not None) ^ bool(facts.from_name.strip())
    host = (facts.to_organization is not None) ^ bool(facts.to_name.strip())
    inside = facts.from_organization or facts.to_organization
    if not (home and host and inside) or facts.from_organization == facts.to_organization:
        raise MissionEndsWrong()
    if not facts.task.strip():
        raise TextMissing(field=Words("任务", "task"))
    if not facts.destination.strip():
        raise TextMissing(field=Words("工作地点", "where they work"))
    longest = rules.rule(on=legal_day(at)).longest_mission_days
    if not 0 <= (facts.until_on - facts.starts_on).days <= longest:
        last = facts.starts_on + timedelta(longest)
        raise MissionDaysWrong(value=facts.until_on, first=facts.starts_on, last=last)
    if facts.from_organization is not None and not facts.people:
        raise NobodyNamed()
    if facts.from_organization is None and not 1 <= facts.outside_people <= MOST_PEOPLE:
        raise QuantityWrong(value=facts.outside_people, least=1, most=MOST_PEOPLE)
    items = [each.item.strip() for each in facts.goods]
    for each in facts.goods:
        if not each.item.strip():
            raise TextMissing(
                field=Words(f"数量为 {each.quantity} 的物资名称", f"of what {each.quantity} go")
            )
        if not 1 <= each.quantity <= MOST_GOODS:
            raise QuantityWrong(value=each.quantity, least=1, most=MOST_GOODS)
        if items.count(each.item.strip()) > 1:
            raise TwiceNamed(name=each.item)


def _require_free(facts: MissionFacts) -> None:
    """Let pass people whom no other mission has in these days; missions are planned one at a time. Raises IsAway."""
    states = [each.value for each in (MissionState.PLANNED, *AWAY)]
    rows = models.MissionMember.objects.filter(
        staff_id__in=facts.people, mission__state__in=states,
        mission__starts_on__lte=facts.until_on, mission__until_on__gte=facts.starts_on,
    )  # fmt: skip
    found = rows.order_by("id").first()
    if found is not None:
        names = registry.staff_names(ids=[found.staff_id])
        raise IsAway(name=names.get(found.staff_id, "—"))


def _enter(facts: MissionFacts, key: UUID, actor: Actor) -> models.Mission:
    ends = [each for each in (facts.from_organization, facts.to_organization) if each is not None]
    row = models.Mission.objects.create(
        id=uuid7(), key=key, task=facts.task.strip()[:160], destination=facts.destination.strip()[:80],
        order_id=facts.order_id, from_organization=facts.from_organization, from_name=facts.from_name.strip()[:80],
        to_organization=facts.to_organization, to_name=facts.to_name.strip()[:80],
        places=[registry.codes_of_place(organization_id=each)[0] for each in ends],
        starts_on=facts.starts_on, until_on=facts.until_on, people=len(facts.people) or facts.outside_people,
        state=MissionState.PLANNED.value, planned_by=actor.account,
    )  # fmt: skip
    models.MissionMember.objects.bulk_create(
        models.MissionMember(mission=row, staff_id=each) for each in facts.people
    )
    models.MissionGoods.objects.bulk_create(
        models.MissionGoods(mission=row, item=each.item.strip()[:80], quantity=each.quantity)
        for each in facts.goods
    )
    return row


def leave(*, mission_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Mission:
    """Say that a mission left: its home unit, or for one from outside the receiving unit.

    Raises:
        NotPermitted, MissionUnknown, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row = _locked(mission_id, expected_version, (MissionState.PLANNED,), actor)
        require_keeper(row.from_organization or row.to_organization, actor=actor)
        row.state, row.left_at = MissionState.LEFT.value, at
        _save(row, actor, at)
    return missions_of([row])[0]


def acknowledge(
    *,
    mission_id: UUID,
    people: int,
    letter: str = "",
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Mission:
    """Acknowledge who came: the receiving unit, or for one outside the home unit with the number of its letter.

    Who came in another number than left is said with a note.

    Raises:
        NotPermitted, MissionUnknown, ChangedMeanwhile, NotInThisState, LetterMissing, QuantityWrong, ReasonMissing.
    """
    with transaction.atomic():
        row = _locked(mission_id, expected_version, (MissionState.LEFT,), actor)
        _require_side(row.to_organization, row.from_organization, letter, actor)
        if not 0 <= people <= row.people:
            raise QuantityWrong(value=people, least=0, most=row.people)
        if people != row.people and not note.strip():
            raise ReasonMissing()
        row.state, row.arrived_at, row.arrived_by = MissionState.ARRIVED.value, at, actor.account
        row.arrived_people, row.arrival_letter = people, letter.strip()[:64]
        row.note = note.strip()[:300]
        _save(row, actor, at)
    return missions_of([row])[0]


def come_back(
    *,
    mission_id: UUID,
    goods: Mapping[str, int],
    letter: str = "",
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Mission:
    """Say that a mission returned, and what came back: its home unit, or for one from outside the receiving unit.

    Raises:
        NotPermitted, MissionUnknown, ChangedMeanwhile, NotInThisState, LetterMissing, QuantityWrong.
    """
    with transaction.atomic():
        row = _locked(mission_id, expected_version, (MissionState.ARRIVED,), actor)
        _require_side(row.from_organization, row.to_organization, letter, actor)
        for each in row.goods.order_by("id"):
            came = goods.get(each.item, 0)
            if not 0 <= came <= each.quantity:
                raise QuantityWrong(value=came, least=0, most=each.quantity)
            each.returned = came
            each.save(update_fields=["returned"])
        row.state, row.returned_at = MissionState.RETURNED.value, at
        row.return_letter, row.note = letter.strip()[:64], note.strip()[:300] or row.note
        _save(row, actor, at)
    return missions_of([row])[0]


def withdraw_mission(
    *, mission_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Mission:
    """Withdraw a mission that has not left, as its home unit (or the receiving one, of one from outside).

    Raises:
        NotPermitted, MissionUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _locked(mission_id, expected_version, (MissionState.PLANNED,), actor)
        require_keeper(row.from_organization or row.to_organization, actor=actor)
        row.state, row.note = MissionState.WITHDRAWN.value, reason.strip()[:300]
        _save(row, actor, at)
    return missions_of([row])[0]


def _require_side(side: int | None, other: int | None, letter: str, actor: Actor) -> None:
    """Let pass who speaks for a side: its keeper, or the other side with the letter of one outside."""
    if side is not None:
        require_keeper(side, actor=actor)
        return
    assert other is not None  # one end is in this city
    require_keeper(other, actor=actor)
    if not letter.strip():
        raise LetterMissing()


def _locked(
    mission_id: UUID, expected_version: int, states: tuple[MissionState, ...], actor: Actor
) -> models.Mission:
    row = mission_locked(mission_id, actor=actor)
    require_version(row.version, expected_version)
    if row.state not in {each.value for each in states}:
        raise NotInThisState(state=row.state)
    return row


def _save(row: models.Mission, actor: Actor, at: datetime) -> None:
    row.version += 1
    row.save()
    data = {"state": row.state, "from": row.from_organization, "to": row.to_organization}
    write_down_and_announce(
        events.MISSION_CHANGED, "Mission", row.id, data=data, reason=row.note, actor=actor, at=at
    )

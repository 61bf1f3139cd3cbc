"""The register of service points: entered by one, confirmed by another, inspected, mended, counted on its days."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import connection

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as Clock
from kangmai.deadlines.types import Subject
from kangmai.kernel import definitions
from kangmai.kernel.actor import Actor, DataScope, Grant, NotPermitted, Purpose, operator, subtree
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.programmes.points import actions, models, queries
from kangmai.programmes.points.errors import (
    AlreadyThere,
    DayWrong,
    FactsRefused,
    FindingNotFound,
    HolderWrong,
    ItemUnknown,
    KeyReused,
    NoteMissing,
    OwnPoint,
    PartnerWrong,
    PointNotFound,
    SameHand,
    StateWrong,
    TermMissing,
)
from kangmai.programmes.points.types import FindingState, Found, Outcome, PointFacts, Show, State
from kangmai.registry import actions as registry
from kangmai.registry.types import OrganizationKind, PlaceKind
from tests.factories.registry import ADMIN, organization, place_facts

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
TODAY = date(2026, 3, 2)
TOWN, COUNTY, NEIGHBOUR = "441202001", "441202", "441203"
RIGHTS = {
    "keeper": {"points.read", "points.enter"},
    "officer": {"points.read", "points.enter", "points.confirm", "points.inspect"},
}
GIVEN = {
    "type": "nursery", "nature": "private", "places": "60", "inclusive_places": "40", "infants": "6", "toddlers": "10",
    "older": "21", "staff": "12", "caregivers": "7", "qualified": "7", "health_staff": "1",
    "fire_check_on": "2025-05-01", "health_check_on": "2025-05-01",
}  # fmt: skip


def person(number: int, role: str, place: str, home: int | None) -> Actor:
    rights = RIGHTS[role] | {"registry.read", "deadlines.read", "deadlines.write"}
    org = OrganizationId(home) if home else None
    grant = Grant(role, org, (subtree(place),), frozenset(rights))
    scope = DataScope(places=(subtree(place),), organizations=frozenset({org} if org else ()))
    return Actor(AccountId(number), role, (grant,), Purpose.OPERATIONS, scope)


class Town:
    """A town with a centre and a bureau above it, and a bureau next door."""

    def __init__(self) -> None:
        bureau = organization(code="B1", name="端州区卫生健康局", kind=OrganizationKind.BUREAU, jurisdiction_code=COUNTY)  # fmt: skip
        other = organization(code="B2", name="鼎湖区卫生健康局", kind=OrganizationKind.BUREAU, division_code=NEIGHBOUR, jurisdiction_code=NEIGHBOUR)  # fmt: skip
        self.centre = organization(code="C1", name="城东社区卫生服务中心", kind=OrganizationKind.COMMUNITY_CENTRE, division_code=TOWN, jurisdiction_code=TOWN)  # fmt: skip
        self.nursery = registry.create_place(facts=place_facts(code="N1", kind=PlaceKind.NURSERY, name="城东托育园"), actor=ADMIN, at=AT)  # fmt: skip
        self.home = registry.create_place(facts=place_facts(code="E1", kind=PlaceKind.CARE_HOME, name="城东养老院"), actor=ADMIN, at=AT)  # fmt: skip
        self.keeper = person(11, "keeper", TOWN, self.centre.id)
        self.officer = person(12, "officer", COUNTY, bureau.id)
        self.neighbour = person(13, "officer", NEIGHBOUR, other.id)


@pytest.fixture(scope="module")
def town(shared_database):
    return Town()


def entered(town, *, on=TODAY, key=None, facts=None, actor=None, given=None, **changes):
    facts = facts or PointFacts(kind="nursery", name=f"园{uuid4()}", division=TOWN)
    said = (given or GIVEN) | changes
    return actions.enter(facts=facts, given=said, from_on=on, key=key or uuid4(), actor=actor or town.keeper, at=AT)  # fmt: skip


def confirmed(town, *, on=TODAY, **more):
    point = entered(town, on=on, **more)
    return actions.confirm(point_id=point.id, on=on, expected_version=point.version, actor=town.officer, at=AT)  # fmt: skip


def view_rows(point):
    sql = definitions.get("programmes", "published_view", "service_point", on=TODAY).content["sql"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT from_on, until_on, size, able FROM ({sql}) v WHERE point = %s ORDER BY 1", [str(point.id)])  # fmt: skip
        return cursor.fetchall()


def test_one_enters_another_confirms(town):
    key = uuid4()
    facts = PointFacts(kind="nursery", place=town.nursery.id)
    point = entered(town, key=key, facts=facts)
    assert (point.name, point.place_code, point.state) == ("城东托育园", TOWN, State.ENTERED)
    assert (point.size, point.used, point.is_able, point.keeper) == (60, 37, True, town.centre.id)
    assert entered(town, key=key, facts=facts).id == point.id
    with pytest.raises(KeyReused):
        entered(town, key=key, facts=PointFacts(kind="nursery", name="别的", division=TOWN))
    with pytest.raises(AlreadyThere):
        entered(town, facts=facts)
    call = {"point_id": point.id, "on": TODAY, "actor": town.officer, "at": AT}
    with pytest.raises(NotPermitted):
        actions.confirm(**call | {"actor": town.keeper}, expected_version=point.version)
    with pytest.raises(ChangedMeanwhile):
        actions.confirm(**call, expected_version=point.version + 1)
    with pytest.raises(DayWrong):
        actions.confirm(**call | {"on": date(2026, 3, 3)}, expected_version=point.version)
    done = actions.confirm(**call, note="现场核实", expected_version=point.version)
    assert (done.state, done.confirmed_on, done.review_on) == (State.CONFIRMED, TODAY, date(2027, 3, 2))  # fmt: skip
    with pytest.raises(StateWrong):
        actions.confirm(**call, expected_version=done.version)
    assert [step.deed.value for step in queries.steps_of(point.id, actor=town.keeper)] == ["confirmed", "entered"]  # fmt: skip


def test_nobody_confirms_what_he_said_himself(town):
    point = entered(town, actor=town.officer)
    with pytest.raises(SameHand):
        actions.confirm(point_id=point.id, on=TODAY, expected_version=point.version, actor=town.officer, at=AT)  # fmt: skip
    point = confirmed(town)
    point = actions.restate(point_id=point.id, given=GIVEN, from_on=TODAY, expected_version=point.version, actor=town.officer, at=AT)  # fmt: skip
    with pytest.raises(SameHand):
        actions.review(point_id=point.id, on=TODAY, note="复核", expected_version=point.version, actor=town.officer, at=AT)  # fmt: skip


def test_what_counted_on_a_day_still_counts_on_it(town):
    point = confirmed(town, on=date(2025, 1, 10))
    call = {"point_id": point.id, "actor": town.officer, "at": AT}
    point = actions.restate(**call, given=GIVEN | {"places": "30", "inclusive_places": "30"}, from_on=date(2025, 6, 1), expected_version=point.version)  # fmt: skip
    assert (point.size, point.lacks) == (30, ("within_places",))
    # a correction of the same day replaces what was said of it, and stays beside it
    point = actions.restate(**call, given=GIVEN | {"places": "80"}, from_on=date(2025, 6, 1), expected_version=point.version)  # fmt: skip
    said = queries.statements_of(point.id, actor=town.keeper)
    assert [(e.from_on, e.size, e.is_current) for e in said] == [
        (date(2025, 6, 1), 80, True), (date(2025, 6, 1), 30, False), (date(2025, 1, 10), 60, True),
    ]  # fmt: skip
    point = actions.suspend(**call, on=date(2025, 9, 1), note="消防隐患", expected_version=point.version)  # fmt: skip
    with pytest.raises(DayWrong):
        actions.resume(**call, on=date(2025, 8, 1), note="已整改", expected_version=point.version)
    point = actions.resume(**call, on=date(2025, 10, 1), note="已整改", expected_version=point.version)  # fmt: skip
    point = actions.close(**call, on=date(2026, 2, 1), note="停止办园", expected_version=point.version)  # fmt: skip
    assert view_rows(point) == [
        (date(2025, 1, 10), date(2025, 6, 1), 60, True),
        (date(2025, 6, 1), date(2025, 9, 1), 80, True),
        (date(2025, 10, 1), date(2026, 2, 1), 80, True),
    ]
    with pytest.raises(StateWrong):
        actions.restate(**call, given=GIVEN, from_on=TODAY, expected_version=point.version)
    assert not view_rows(entered(town))


def test_a_finding_has_its_time_and_is_looked_at_again(town):
    point, key = confirmed(town), uuid4()
    call = {"point_id": point.id, "on": TODAY, "inspectors": "王、李", "actor": town.officer, "at": AT}  # fmt: skip
    with pytest.raises(ItemUnknown):
        actions.inspect(**call, findings=[Found("rounds", "没有")], key=key)
    with pytest.raises(NoteMissing):
        actions.inspect(**call, findings=[Found("fire", " ")], key=key)
    findings = [Found("fire", "通道堆物"), Found("cameras", "一处无监控")]
    done = actions.inspect(**call, findings=findings, key=key)
    assert actions.inspect(**call, findings=findings, key=key).id == done.id
    assert done.outcome is Outcome.TO_MEND
    fire, cameras = done.findings
    # three working days from Monday, and fifteen
    assert (fire.due_on, cameras.due_on) == (date(2026, 3, 5), date(2026, 3, 23))

    def clock(id):
        return deadlines.of_subject(Subject("point_finding", str(id)), actor=operator("t"))

    assert [each.state for each in clock(fire.id)] == [Clock.OPEN]
    mended = actions.mend(finding_id=fire.id, note="已清理", actor=town.keeper, at=AT)
    assert mended.state is FindingState.MENDED
    assert [each.state for each in clock(fire.id)] == [Clock.MET]
    settle = {"actor": town.officer, "at": AT}
    back = actions.settle(finding_id=fire.id, is_mended=False, note="仍有堆物", **settle)
    assert (back.state, back.times_returned) == (FindingState.OPEN, 1)
    actions.mend(finding_id=fire.id, note="再次清理", actor=town.keeper, at=AT)
    actions.settle(finding_id=fire.id, is_mended=True, note="已到位", **settle)
    assert queries.get_point(point.id, actor=town.keeper).open_findings == 1
    with pytest.raises(StateWrong):
        actions.mend(finding_id=fire.id, note="又来", actor=town.keeper, at=AT)
    for deed in (actions.mend, lambda **more: actions.settle(is_mended=True, **more)):
        with pytest.raises(FindingNotFound):
            deed(finding_id=cameras.id, note="邻区", actor=town.neighbour, at=AT)
    closing = queries.get_point(point.id, actor=town.officer)
    actions.close(point_id=point.id, on=TODAY, note="关闭", expected_version=closing.version, **settle)  # fmt: skip
    assert [each.state for each in clock(cameras.id)] == [Clock.CANCELLED]


def test_the_neighbour_finds_nothing_and_changes_nothing(town):
    point = confirmed(town)
    other = {"point_id": point.id, "actor": town.neighbour}
    with pytest.raises(PointNotFound):
        queries.get_point(point.id, actor=town.neighbour)
    for read in (queries.statements_of, queries.steps_of, queries.inspections_of):
        with pytest.raises(PointNotFound):
            read(point.id, actor=town.neighbour)
    deeds = [
        lambda: actions.close(on=TODAY, note="关闭", expected_version=point.version, at=AT, **other),
        lambda: actions.restate(given=GIVEN, from_on=TODAY, expected_version=point.version, at=AT, **other),
        lambda: actions.inspect(on=TODAY, inspectors="张三", findings=[], key=uuid4(), at=AT, **other),
    ]  # fmt: skip
    for deed in deeds:
        with pytest.raises(PointNotFound):
            deed()
    with pytest.raises(NotPermitted):
        entered(town, actor=town.neighbour)
    shown = queries.point_list(kind="nursery", actor=town.neighbour, at=AT)
    assert shown.rows == () and queries.figures("nursery", actor=town.neighbour) == ()
    assert models.Point.objects.get(pk=point.id).version == point.version


def test_an_institution_does_not_inspect_itself(town):
    inspector = person(14, "officer", COUNTY, town.centre.id)
    facts = PointFacts(kind="counselling_room", organization=town.centre.id)
    room = entered(town, facts=facts, given={"counsellors": "1", "hours": "8"})
    with pytest.raises(OwnPoint):
        actions.confirm(point_id=room.id, on=TODAY, expected_version=room.version, actor=inspector, at=AT)  # fmt: skip
    with pytest.raises(OwnPoint):
        actions.inspect(point_id=room.id, on=TODAY, inspectors="自查", findings=[], key=uuid4(), actor=inspector, at=AT)  # fmt: skip
    with pytest.raises(HolderWrong):
        entered(town, facts=PointFacts(kind="psychological_clinic", organization=town.centre.id))
    with pytest.raises(HolderWrong):
        entered(town, facts=PointFacts(kind="nursery", place=town.home.id))
    known = queries.kind("counselling_room", on=TODAY)
    (whole,) = queries.covered(known, on=TODAY, actor=town.officer)
    assert (whole.county, whole.institutions, whole.with_point, whole.able) == (COUNTY, 1, 0, 0)
    actions.confirm(point_id=room.id, on=TODAY, expected_version=room.version, actor=town.officer, at=AT)  # fmt: skip
    (whole,) = queries.covered(known, on=TODAY, actor=town.officer)
    assert (whole.with_point, whole.able) == (1, 1)
    assert queries.holders(known, "城东", actor=town.keeper) == ((town.centre.id, town.centre.name, TOWN),)  # fmt: skip
    assert queries.holders(known, "城东", actor=town.neighbour) == ()


def test_an_agreement_has_two_sides_and_an_end(town):
    given = {
        "mode": "agreement", "signed_on": "2025-04-01", "beds": "100", "nursing_beds": "60", "people": "80",
        "caregivers": "20", "services": ["rounds", "referral", "records"], "care_filing": "1",
    }  # fmt: skip
    facts = {"kind": "combined_care", "place": town.home.id, "partner": town.centre.id}
    with pytest.raises(TermMissing):
        entered(town, facts=PointFacts(**facts), given=given)
    with pytest.raises(PartnerWrong):
        entered(town, facts=PointFacts(**facts | {"partner": None}, ends_on=TODAY), given=given)
    with pytest.raises(FactsRefused):
        entered(town, facts=PointFacts(**facts, ends_on=TODAY), given=given | {"nursing_beds": "101"})  # fmt: skip
    pair = entered(town, facts=PointFacts(**facts, ends_on=date(2026, 5, 1)), given=given)
    assert pair.is_able and pair.partner == town.centre.id

    def listed(at):
        return queries.point_list(
            kind="combined_care", show=Show.EXPIRING, actor=town.officer, at=at
        ).rows

    assert [each.id for each in listed(AT)] == [pair.id]
    assert listed(datetime(2026, 3, 1, 2, tzinfo=UTC)) == ()
    longer = actions.restate(point_id=pair.id, given=given, from_on=TODAY, ends_on=date(2029, 4, 1), expected_version=pair.version, actor=town.keeper, at=AT)  # fmt: skip
    assert longer.ends_on == date(2029, 4, 1) and listed(AT) == ()


def test_pages_of_the_list_meet_and_narrow(town):
    drafts = [
        actions.PointDraft(kind="tcm_studio", name=f"工作室{n}", place_code=f"4412020{n % 3:02d}", values={"heirs": n % 2}, from_on=TODAY, confirmed_on=TODAY if n % 2 else None)
        for n in range(7)
    ]  # fmt: skip
    assert actions.load_points(drafts, actor=operator("load"), at=AT) == 7
    seen, after = [], ""
    while True:
        page = queries.point_list(kind="tcm_studio", after=after, limit=3, actor=town.officer, at=AT)  # fmt: skip
        seen += [each.id for each in page.rows]
        if not (after := page.next):
            break
    assert len(seen) == len(set(seen)) == 7

    def count(**more):
        return len(queries.point_list(kind="tcm_studio", actor=town.officer, at=AT, **more).rows)

    assert [count(show=each) for each in Show] == [7, 4, 4, 0, 0, 0]
    assert (count(area="441202001"), count(text="工作室6"), count(after="x")) == (2, 1, 7)
    (county,) = queries.figures("tcm_studio", actor=town.officer)
    assert (county.county, county.points, county.confirmed, county.able) == (COUNTY, 7, 3, 3)

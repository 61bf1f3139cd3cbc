"""Activities: written down by the institution, counted against the year's least, found things reported and answered."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kangmai.kernel.actor import Actor, DataScope, Grant, NotPermitted, Purpose, operator, subtree
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.programmes.activities import actions, models, queries, rules
from kangmai.programmes.activities.errors import (
    ActivityNotFound,
    DayWrong,
    FactsRefused,
    KeyReused,
    NothingFound,
    PhotoNotFound,
    PhotoUnreadable,
    TooManyPhotos,
    Withdrawn,
)
from kangmai.programmes.activities.types import ActivityFacts, Lead, Show
from kangmai.registry.types import OrganizationKind
from tests.factories.registry import organization

AT = datetime(2026, 7, 2, 2, tzinfo=UTC)
TODAY = date(2026, 7, 2)
TOWN, NEIGHBOUR = "441202001", "441203"
EDUCATION = queries.activity_rule("health_education", on=TODAY)
SUPERVISION = queries.activity_rule("health_supervision", on=TODAY)


def person(number: int, rights: set[str], place: str, home: int) -> Actor:
    grant = Grant("x", OrganizationId(home), (subtree(place),), frozenset(rights | {"registry.read"}))  # fmt: skip
    return Actor(AccountId(number), "x", (grant,), Purpose.OPERATIONS, DataScope())


class Town:
    """A township hospital with a village clinic below it, the county's supervisors, and a neighbour."""

    def __init__(self) -> None:
        write = {"activities.read", "activities.write"}
        self.hospital = organization(code="T1", name="城东卫生院", kind=OrganizationKind.TOWNSHIP_HOSPITAL, division_code=TOWN)  # fmt: skip
        self.clinic = organization(code="V1", name="东村卫生室", kind=OrganizationKind.VILLAGE_CLINIC, division_code=f"{TOWN}002", parent_id=self.hospital.id)  # fmt: skip
        institute = organization(code="S1", name="端州区卫生监督所", kind=OrganizationKind.SUPERVISION)  # fmt: skip
        other = organization(code="T2", name="莲花卫生院", kind=OrganizationKind.TOWNSHIP_HOSPITAL, division_code=NEIGHBOUR)  # fmt: skip
        self.worker = person(1, write, TOWN, self.hospital.id)
        self.village = person(2, write, f"{TOWN}002", self.clinic.id)
        self.institute = person(3, {"activities.read", "activities.answer"}, "441202", institute.id)
        self.neighbour = person(4, write | {"activities.answer"}, NEIGHBOUR, other.id)


@pytest.fixture(scope="module")
def town(shared_database):
    return Town()


def done(town, kind="lecture", *, rule="health_education", key=None, actor=None, organization=None, photos=(), given=None, **facts):  # fmt: skip
    usual = {"kind": kind, "on": TODAY, "title": "高血压防治", "venue": "礼堂", "people": 40}
    return actions.write_activity(
        rule_id=rule, organization=organization or town.hospital.id, facts=ActivityFacts(**usual | facts), given=given or {},
        photos=photos, key=key or uuid4(), actor=actor or town.worker, at=AT,
    )  # fmt: skip


def picture(size=(2000, 1000)):
    content = BytesIO()
    Image.new("RGB", size, "white").save(content, "JPEG")
    return content.getvalue()


counts = st.lists(st.integers(1, 9), max_size=6)


@given(counts)
def test_boards_count_like_somebody_would_count_them(times):
    groups = {"board": {f"v{n}": (each, 0) for n, each in enumerate(times)}}
    board = next(e for e in rules.done_of(EDUCATION, "township_hospital", groups) if e.kind == "board")  # fmt: skip
    best = sorted(times)[-2:]
    assert (board.done, board.least, board.times) == (sum(min(6, n) for n in best), 12, sum(times))
    assert board.is_complete == (len([n for n in times if n >= 6]) >= 2)


def test_behind_is_what_the_months_that_passed_ask_for():
    groups = {"board": {"a": (3, 0)}, "lecture": {"b": (3, 90)}}
    found = rules.done_of(EDUCATION, "village_clinic", groups)
    assert not rules.is_behind(found, year=2026, on=date(2026, 7, 2))
    assert rules.is_behind(found, year=2026, on=date(2026, 8, 1))
    assert rules.is_behind(found, year=2025, on=date(2026, 1, 1))
    assert not rules.is_behind(found, year=2027, on=date(2026, 12, 31))


def test_written_down_once_and_counted(town):
    key = uuid4()
    first = done(town, key=key)
    assert done(town, key=key).id == first.id
    with pytest.raises(KeyReused):
        done(town, key=key, on=TODAY - timedelta(1))
    wrong = [
        lambda: done(town, people=None), lambda: done(town, title=" "), lambda: done(town, venue=""),
        lambda: done(town, kind="patrol"), lambda: done(town, problem="不该有"),
        lambda: done(town, "print", given={"material": "stone"}, venue=""),
    ]  # fmt: skip
    for each in wrong:
        with pytest.raises(FactsRefused):
            each()
    for day in (TODAY + timedelta(1), TODAY - timedelta(401)):
        with pytest.raises(DayWrong):
            done(town, on=day)
    for actor in (town.village, town.institute, town.neighbour):
        with pytest.raises(NotPermitted):
            done(town, actor=actor)
    done(town, actor=town.worker, organization=town.clinic.id)  # the town writes for its village
    done(town, "print", venue="", pieces=500, given={"material": "leaflet"})
    mine, village = queries.standings(EDUCATION, year=2026, on=TODAY, actor=town.worker)
    assert (mine.name, village.name) == ("城东卫生院", "东村卫生室")
    assert {e.kind: (e.done, e.least, e.people) for e in mine.done} == {
        "print": (1, 12, 0), "audiovisual": (0, 6, 0), "board": (0, 12, 0), "consultation": (0, 9, 0), "lecture": (1, 12, 40),
    }  # fmt: skip
    assert mine.is_behind and not mine.is_complete

    def shown(show):
        return queries.standings(EDUCATION, year=2026, show=show, on=TODAY, actor=town.worker)

    assert (len(shown(Show.BEHIND)), shown(Show.COMPLETE)) == (2, ())
    back = actions.withdraw(activity_id=first.id, reason="重复登记", expected_version=1, actor=town.worker, at=AT)  # fmt: skip
    assert back.withdrawn_reason == "重复登记"
    with pytest.raises(Withdrawn):
        actions.withdraw(activity_id=first.id, reason="再次", expected_version=2, actor=town.worker, at=AT)  # fmt: skip
    (mine, _) = queries.standings(EDUCATION, year=2026, on=TODAY, actor=town.worker)
    assert next(e.done for e in mine.done if e.kind == "lecture") == 0


def test_photos_are_small_sealed_and_only_for_those_who_see_it(town):
    found = done(town, photos=[picture()])
    (id,) = queries.get_activity(found.id, actor=town.worker).photos
    row = models.Photo.objects.get(pk=id)
    assert b"JFIF" not in bytes(row.content)
    seen = queries.photo(id, actor=town.institute, at=AT)
    with Image.open(BytesIO(seen)) as opened:
        assert opened.size == (1280, 640)
    with pytest.raises(PhotoNotFound):
        queries.photo(id, actor=town.neighbour, at=AT)
    with pytest.raises(TooManyPhotos):
        done(town, photos=[picture((4, 4))] * 4)
    with pytest.raises(PhotoUnreadable):
        done(town, photos=[b"GIF89a"])


def test_what_a_patrol_found_is_reported_and_answered(town):
    patrol = {"rule": "health_supervision", "title": "", "venue": "中心小学", "people": None}
    clean = done(town, "water", **patrol, given={"supply": "school", "disinfected": "1"})
    assert clean.lead is Lead.NONE and clean.values == {"supply": "school", "disinfected": True}
    found = done(town, "water", **patrol, problem="二次供水无消毒记录")
    assert found.lead is Lead.FOUND
    report = {"activity_id": found.id, "to": "端州区卫生监督所", "on": TODAY, "at": AT}
    with pytest.raises(NothingFound):
        actions.report(**report | {"activity_id": clean.id}, expected_version=1, actor=town.worker)
    with pytest.raises(NotPermitted):
        actions.report(**report, expected_version=1, actor=town.institute)
    with pytest.raises(ChangedMeanwhile):
        actions.report(**report, expected_version=5, actor=town.worker)
    with pytest.raises(DayWrong):
        actions.report(**report | {"on": TODAY - timedelta(1)}, expected_version=1, actor=town.worker)  # fmt: skip
    said = actions.report(**report, expected_version=1, actor=town.worker)
    answer = {"activity_id": found.id, "result": "已责令整改", "on": TODAY, "at": AT}
    with pytest.raises(ActivityNotFound):
        actions.answer(**answer, expected_version=said.version, actor=town.neighbour)
    with pytest.raises(NotPermitted):
        actions.answer(**answer, expected_version=said.version, actor=town.worker)
    ended = actions.answer(**answer, expected_version=said.version, actor=town.institute)
    assert (ended.lead, ended.result) == (Lead.ANSWERED, "已责令整改")

    def listed(lead, actor):
        return queries.activity_list(
            rule="health_supervision", year=2026, lead=lead, actor=actor
        ).rows

    assert [e.id for e in listed(Lead.ANSWERED, town.institute)] == [found.id]
    assert listed(None, town.neighbour) == ()
    with pytest.raises(ActivityNotFound):
        queries.get_activity(found.id, actor=town.neighbour)
    (mine, _) = queries.standings(SUPERVISION, year=2026, on=TODAY, actor=town.worker)
    assert next((e.done, e.least) for e in mine.done if e.kind == "water") == (2, 4)


def test_pages_of_the_list_meet(town):
    drafts = [
        actions.ActivityDraft(rule="tcm_outreach", kind="clinic", organization=town.hospital.id, place_code=TOWN, on=date(2026, 1, 1 + n % 3), title=f"t{n}", people=1)
        for n in range(7)
    ]  # fmt: skip
    assert actions.load_activities(drafts, actor=operator("load"), at=AT) == 7
    seen, after = [], ""
    while True:
        page = queries.activity_list(rule="tcm_outreach", year=2026, after=after, limit=3, actor=town.institute)  # fmt: skip
        seen += [(each.on, each.id) for each in page.rows]
        if not (after := page.next):
            break
    assert len(set(seen)) == 7 and seen == sorted(seen, reverse=True)

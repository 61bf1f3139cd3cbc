"""School entry: who is on a list, what the check finds, who caught up, and what the neighbour town does not see."""

import datetime

import pytest

from kangmai.identity import actions as identity
from kangmai.kernel.actor import NotPermitted
from kangmai.programmes.campaigns import actions, queries
from kangmai.programmes.campaigns.errors import (
    EntrantNotFound,
    ListUnreadable,
    NobodyChosen,
    SchoolUnknown,
)
from kangmai.programmes.campaigns.pupils import Pupil, read_pupils
from kangmai.programmes.campaigns.types import By, EntryRates, EntryState
from kangmai.programmes.vaccination import standing
from kangmai.registry import actions as registry_actions
from tests.factories import registry
from tests.programmes.vaccination import factories
from tests.programmes.vaccination.factories import (
    AT,
    NEIGHBOUR,
    OPERATOR,
    TODAY,
    TOWN,
    VILLAGE,
    child,
    desk,
    next_door,
    on_record,
)

BORN = datetime.date(2020, 10, 1)
YEAR = TODAY.year
# everything that the schedule wants of a child of six years, on days on which it counts
WHOLE = (
    ("BCG", "2020-10-01"), ("HepB", "2020-10-01"), ("HepB", "2020-11-01"), ("HepB", "2021-04-01"),
    ("IPV", "2020-12-01"), ("IPV", "2021-01-01"), ("bOPV", "2021-02-01"), ("bOPV", "2024-10-01"),
    ("DTaP", "2021-01-02"), ("DTaP", "2021-02-02"), ("DTaP", "2021-03-02"), ("DTaP", "2022-04-01"), ("DTaP", "2026-10-01"),
    ("MMR", "2021-06-01"), ("MMR", "2022-04-01"), ("JE-L", "2021-06-01"), ("JE-L", "2022-10-01"),
    ("MPSV-A", "2021-04-01"), ("MPSV-A", "2021-07-01"), ("MPSV-AC", "2023-10-01"), ("MPSV-AC", "2026-10-01"), ("HepA-L", "2022-04-01"),
)  # fmt: skip


def _place(code, name, division):
    facts = registry.place_facts(code=code, name=name, division_code=division)
    return registry_actions.create_place(facts=facts, actor=OPERATOR, at=AT)


@pytest.fixture
def schools(database, town):
    """A school here and one next door."""
    here = _place("S-1", "城东小学", VILLAGE)
    there = _place("S-2", "邻镇小学", NEIGHBOUR)
    return here, there


def rates(by, actor):
    return queries.entry_rates(year=YEAR, by=by, actor=actor)


def listed(actor, **more):
    return {each.resident_id: each for each in queries.entrants(year=YEAR, actor=actor, **more)}


def take(*lines, by, at=AT):
    return actions.take_entrants(text="\n".join(lines), actor=by, at=at)


def test_from_the_list_to_catching_up(town, schools):
    nurse, (school, _far) = desk(town), schools
    whole, lacks, later = (child(BORN, name=name) for name in ("甲", "乙", "丙"))
    on_record(whole, *WHOLE)
    on_record(lacks, *(each for each in WHOLE if each[0] != "MMR"))
    grown = child(datetime.date(1990, 1, 1))
    standing.judge_due(on=TODAY)
    text = [f"{each.index_number},S-1,1,2" for each in (whole, lacks, later, grown)]
    found = take("编号,学校,年级,班级", *text, "4412020000000000,S-1,1,2", by=nurse)
    assert (found.lines, found.added, found.changed) == (5, 3, 0)
    assert (found.outside, found.unknown) == ((5,), (6,))
    again = take(text[0], f"{later.index_number},S-1,1,3", by=nurse)
    assert (again.added, again.changed) == (0, 1)
    before = listed(nurse)
    assert {id: (each.state, each.late > 0) for id, each in before.items()} == {
        whole.id: (EntryState.LISTED, False),
        lacks.id: (EntryState.LISTED, True),
        later.id: (EntryState.LISTED, True),
    }
    chosen = [before[each.id].id for each in (whole, lacks)]
    assert actions.check_entrants(entrants=chosen, actor=nurse, at=AT) == 1
    with pytest.raises(EntrantNotFound):  # checked already: nobody is checked
        actions.check_entrants(entrants=[before[later.id].id, chosen[0]], actor=nurse, at=AT)
    with pytest.raises(NobodyChosen):
        actions.check_entrants(entrants=[], actor=nurse, at=AT)
    (row,) = rates(By.SCHOOL, nurse)
    assert row == EntryRates(str(school.id), 3, 2, 1, 0)
    assert row.lacking == 1
    assert set(listed(nurse, state=EntryState.LACKING)) == {lacks.id}
    assert listed(nurse)[lacks.id].missing == 1  # the second is due once the first is given

    on_record(lacks, ("MMR", "2021-06-01"), ("MMR", "2022-04-01"))
    standing.judge_residents({lacks.id}, on=TODAY)
    (row,) = rates(By.TOWN, nurse)
    assert row == EntryRates(TOWN, 3, 2, 1, 1)
    now = listed(nurse)[lacks.id]
    assert (now.state, now.missing, now.late) == (EntryState.CAUGHT_UP, 1, 0)
    # a later list moves only who was not checked
    moved = take(f"{lacks.index_number},S-1,2,1", f"{later.index_number},S-1,1,9", by=nurse)
    assert moved.changed == 1
    assert (listed(nurse)[lacks.id].room, listed(nurse)[later.id].room) == ("2", "9")


@pytest.mark.parametrize(
    "said, grade", [("托班", 0), ("小班", 1), ("中班", 2), ("大班", 3), ("乳儿班", 1), ("托小班", 2), ("托大班", 3), ("20", 20)]
)  # fmt: skip
def test_a_list_may_name_the_year(said, grade):
    (pupil,) = read_pupils(f"N1,K-1,{said},2")
    assert pupil == Pupil(1, "N1", "K-1", grade, "2")


@pytest.mark.parametrize("said", ["", "0", "21", "学前班", "²", "1" * 30])
def test_a_year_that_is_neither_a_name_nor_a_number_is_refused(said):
    with pytest.raises(ListUnreadable):
        read_pupils(f"N1,K-1,{said},2")


def test_the_neighbour_town_sees_and_checks_nothing(town, schools):
    nurse, stranger = desk(town), next_door(town)
    pupil = child(BORN)
    standing.judge_due(on=TODAY)
    take(f"{pupil.index_number},S-1,1,1", by=nurse)
    (entrant,) = listed(nurse).values()
    assert listed(stranger) == {} and rates(By.SCHOOL, stranger) == []
    assert listed(stranger, school=schools[0].id) == {}
    with pytest.raises(EntrantNotFound):
        actions.check_entrants(entrants=[entrant.id], actor=stranger, at=AT)
    with pytest.raises(SchoolUnknown):
        take(f"{pupil.index_number},S-2,1,1", by=nurse)
    with pytest.raises(SchoolUnknown):
        take(f"{pupil.index_number},S-1,1,1", by=stranger)
    village = factories.actor(town.station, "vaccination.read", "registry.read", place=VILLAGE)
    assert set(listed(village)) == {pupil.id}
    with pytest.raises(NotPermitted):
        actions.check_entrants(entrants=[entrant.id], actor=village, at=AT)
    nobody = factories.actor(town.station, "registry.read", place=VILLAGE)
    with pytest.raises(NotPermitted):
        rates(By.SCHOOL, nobody)
    assert listed(nurse)[pupil.id].state is EntryState.LISTED


def test_who_is_merged_goes_on_under_one_number(town, schools):
    nurse, kept, retired = desk(town), child(BORN), child(BORN, sex="2")
    standing.judge_due(on=TODAY)
    take(f"{retired.index_number},S-1,1,1", by=nurse)
    identity.merge_residents(kept.id, retired.id, reason="同一人", actor=OPERATOR, at=AT)
    actions.keep_campaigns(at=AT)
    assert set(listed(nurse)) == {kept.id}

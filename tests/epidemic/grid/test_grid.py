"""The tree down to micro-grids: codes that are never used twice, households that count where they live, workers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.epidemic.grid import actions, errors, queries, rules
from kangmai.epidemic.grid.types import Level
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from tests.epidemic.capacity.factories import actor
from tests.epidemic.grid.factories import (
    ELSEWHERE,
    OTHER_VILLAGE,
    SHAPER,
    THERE,
    VILLAGE,
    cell,
    household,
    placed,
)
from tests.epidemic.orders.factories import AT
from tests.epidemic.tracing.factories import resident


@given(st.sets(st.integers(1, 99)))
def test_the_next_number_was_never_used(numbers):
    there = [f"{VILLAGE}{n:02}" for n in numbers]
    if 99 in numbers:
        with pytest.raises(errors.NoMoreCells):
            rules.next_code(VILLAGE, there)
        return
    found = rules.next_code(VILLAGE, there)
    assert rules.is_cell(found) and found not in there and int(found[-2:]) == max(numbers, default=0) + 1  # fmt: skip


def test_cells_are_drawn_renamed_and_closed_and_their_numbers_stay_theirs(database):
    first, second = cell(), cell(name="二网格")
    assert (first.code, second.code) == (f"{VILLAGE}01", f"{VILLAGE}02")
    assert cell() == first  # the same name again is the same cell
    micro = cell(first.code, "1栋")
    assert (micro.code, micro.level, micro.parent) == (f"{VILLAGE}0101", Level.MICRO_GRID, first.code)  # fmt: skip
    with pytest.raises(errors.CodeUnknown):
        cell(micro.code, "太小")
    with pytest.raises(errors.CellInUse):
        actions.close_cell(code=first.code, expected_version=1, actor=SHAPER, at=AT)
    with pytest.raises(ChangedMeanwhile):
        actions.rename_cell(code=second.code, name="东区", expected_version=9, actor=SHAPER, at=AT)
    renamed = actions.rename_cell(code=second.code, name="东区", expected_version=1, actor=SHAPER, at=AT)  # fmt: skip
    actions.close_cell(code=second.code, expected_version=renamed.version, actor=SHAPER, at=AT)
    assert cell(name="三网格").code == f"{VILLAGE}03"
    with pytest.raises(errors.CellClosed):
        cell(second.code, "x")
    figures = queries.figures(area="441202", actor=SHAPER, at=AT)
    assert (figures.grids, figures.micro_grids) == (2, 1)


def test_residents_count_where_their_household_was_placed_and_only_while_they_live_there(database):
    grid = cell()
    micro, other = cell(grid.code, "1栋"), cell(grid.code, "2栋")
    anna, ben, carl, dora = (resident(n) for n in range(1, 5))
    away = resident(9, place=OTHER_VILLAGE)
    household(77, [anna, ben])
    household(78, [away])
    assert (
        placed(micro, anna, away) == 1
    )  # the household of two is one home; who lives elsewhere is left out
    assert placed(other, carl) == 1
    with pytest.raises(errors.NobodyPlaced):
        placed(micro, away)
    everybody = [anna.id, ben.id, carl.id, dora.id, away.id]
    assert queries.cells_of(residents=everybody) == {
        anna.id: micro.code, ben.id: micro.code, carl.id: other.code, dora.id: VILLAGE, away.id: OTHER_VILLAGE,
    }  # fmt: skip
    assert queries.counts_of(village=VILLAGE, actor=SHAPER, at=AT) == {micro.code: 2, other.code: 1, "": 1}  # fmt: skip
    assert queries.unplaced(village=VILLAGE, actor=SHAPER, at=AT) == (dora.id,)
    (line,) = queries.lines(code=VILLAGE, actor=SHAPER, at=AT)
    assert (line.code, line.micro_grids, line.homes, line.residents) == (grid.code, 2, 2, 3)
    (town,) = [each for each in queries.lines(code="441202001", actor=SHAPER, at=AT) if each.homes]
    assert (town.code, town.grids, town.micro_grids, town.homes) == (VILLAGE, 1, 2, 2)
    placed(other, ben)  # moves the whole household
    assert queries.cells_of(residents=[anna.id]) == {anna.id: other.code}
    from kangmai.identity import models

    models.Resident.objects.filter(id=carl.id).update(place_code=OTHER_VILLAGE)
    assert queries.cells_of(residents=[carl.id]) == {carl.id: OTHER_VILLAGE}


def test_workers_look_after_their_cell_until_they_are_dismissed(database):
    grid = cell()
    micro = cell(grid.code, "1栋")
    leader = actions.appoint(cell=grid.code, role="grid_leader", name="陈大文", phone="0758-1", actor=SHAPER, at=AT)  # fmt: skip
    again = actions.appoint(cell=grid.code, role="grid_leader", name="陈大文", phone="0758-2", actor=SHAPER, at=AT)  # fmt: skip
    assert (again.id, again.phone) == (leader.id, "0758-2")
    actions.appoint(cell=micro.code, role="volunteer", name="李小明", actor=SHAPER, at=AT)
    found = queries.workers_over(codes=[micro.code, grid.code], at=AT)
    assert [each.name for each in found[micro.code]] == ["陈大文", "李小明"]
    assert [each.name for each in found[grid.code]] == ["陈大文"]
    actions.dismiss(worker_id=leader.id, actor=SHAPER, at=AT)
    assert queries.workers(code=grid.code, actor=SHAPER, at=AT) == ()
    for wrong, error in (({"role": "king"}, errors.RoleUnknown), ({"login": "nobody"}, errors.LoginUnknown), ({"name": " "}, errors.NameMissing)):  # fmt: skip
        said = {"cell": grid.code, "role": "volunteer", "name": "王五", "actor": SHAPER, "at": AT}
        with pytest.raises(error):
            actions.appoint(**said | wrong)


def test_the_next_county_and_others_see_and_shape_nothing(database):
    grid = cell()
    for refused in (
        lambda: queries.get_cell(code=grid.code, actor=THERE, at=AT),
        lambda: queries.workers(code=grid.code, actor=THERE, at=AT),
        lambda: cell(grid.code, "x", by=THERE),
        lambda: placed(grid, resident(1), by=THERE),
        lambda: actions.close_cell(code=grid.code, expected_version=1, actor=THERE, at=AT),
    ):
        with pytest.raises(errors.CellUnknown):
            refused()
    for refused in (
        lambda: queries.lines(code=VILLAGE, actor=THERE, at=AT),
        lambda: cell(by=THERE),
        lambda: queries.lines(code=ELSEWHERE, actor=actor("tasks.do"), at=AT),
        lambda: cell(by=actor("grid.read", place="441202")),
    ):
        with pytest.raises(NotPermitted):
            refused()
    with pytest.raises(errors.CodeUnknown):
        queries.lines(code="999999", actor=SHAPER, at=AT)


def test_a_first_grid_is_drawn_over_a_whole_area_and_drawn_once(database):
    people = [resident(n) for n in range(1, 8)]
    household(1, people[:3])
    household(
        2, [*people[3:4], resident(11, place=OTHER_VILLAGE)]
    )  # a household that stands in two villages
    names = ("甲", "乙")
    drawer = actor("grid.manage", place="4412")
    assert actions.load_grid(area="441202", names=names, actor=drawer, at=AT) == 2 + 3
    found = queries.cells_of(residents=[each.id for each in people])
    assert set(found.values()) == {f"{VILLAGE}0101"}
    figures = queries.figures(area="441202", actor=actor("grid.read", place="4412"), at=AT)
    assert (figures.grids, figures.micro_grids, figures.workers, figures.homes) == (1, 1, 1, 5)
    assert actions.load_grid(area="441202", names=names, actor=drawer, at=AT) <= 1
    assert {each.name for each in queries.workers(code=f"{VILLAGE}01", actor=SHAPER, at=AT)} <= set(names)  # fmt: skip

"""A frozen figure stays what it was, recomputes to itself, and later corrections stand beside it."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction

from kangmai.analytics import actions, queries
from kangmai.analytics.errors import (
    FigureNotFreezable,
    FreezeNoteTooLong,
    FreezeUnknown,
    LakeBroken,
)
from kangmai.analytics.lake.verifying import Damage
from kangmai.analytics.models import FrozenFigure
from kangmai.analytics.types import By, Outside
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.kernel.ids import uuid7
from kangmai.standards.periods import parse_period
from tests.analytics.indicators.lake_of_rows import write
from tests.analytics.indicators.test_figures import reader, residents

AT = datetime.datetime(2026, 3, 2, 1, tzinfo=datetime.UTC)
OPERATOR = operator("test")
ASKED = {"indicator": "elderly_share", "period": parse_period("2025"), "area": "441200"}


def test_freeze_correct_recompute(database, lake):
    write(lake, {"resident": residents(p441202001002=40, p441203101002=30)})
    frozen = actions.freeze(**ASKED, by=By.COUNTY, note="年报", actor=OPERATOR, at=AT)
    write(lake, {"resident": residents(p441202001002=40, p441203101002=31)})

    now = queries.compute(**ASKED, actor=OPERATOR)
    assert (frozen.result.total.value, frozen.result.total.denominator) == (Decimal("50.00"), 70)
    assert (now.total.value, now.total.denominator) == (Decimal("49.30"), 71)

    kept = queries.get_freeze(freeze_id=frozen.id, actor=OPERATOR)
    assert kept == frozen
    again = queries.compute(
        **ASKED, by=By.COUNTY, manifest_id=frozen.result.manifest, actor=OPERATOR
    )
    assert (again.total, again.parts) == (kept.result.total, kept.result.parts)
    card = queries.card(**ASKED, actor=OPERATOR)
    assert [each.id for each in card.freezes] == [frozen.id]
    assert card.result.total == now.total


def test_a_frozen_figure_is_counted_again_and_what_was_corrected_since_is_told_by_area(
    database, lake
):
    write(lake, {"resident": residents(p441202001002=40, p441203101002=30)})
    frozen = actions.freeze(**ASKED, by=By.COUNTY, actor=OPERATOR, at=AT)
    # what is kept of earlier counts is not believed: only the files are
    for each in list(lake.storage.entries("figures")):
        lake.storage.put(each.name, b"[[],[]]")
    write(lake, {"resident": residents(p441202001002=40, p441203101002=31)})
    found = queries.recount(freeze_id=frozen.id, actor=OPERATOR)
    assert found.is_same and not found.is_rule_changed
    assert (found.again.total, found.again.parts) == (frozen.result.total, frozen.result.parts)
    assert found.moved.difference == Decimal("-0.70")
    moved = {each.area: (each.before.denominator, each.now.denominator) for each in found.corrected}
    assert moved == {"441203": (30, 31), "441202": (40, 40)}, "whose weight fell, and the other"
    assert sum(each.both for each in found.corrected).quantize(Decimal("0.01")) == Decimal("-0.70")
    with pytest.raises(NotPermitted):
        queries.recount(freeze_id=frozen.id, actor=reader("441203"))
    with pytest.raises(FreezeUnknown):
        queries.recount(freeze_id=uuid7(), actor=OPERATOR)


def test_a_frozen_figure_is_not_counted_again_from_an_altered_file(database, lake):
    write(lake, {"resident": residents(p441202001002=40)})
    frozen = actions.freeze(**ASKED, actor=OPERATOR, at=AT)
    (part,) = lake.get_manifest(frozen.result.manifest).tables["resident"].partitions
    data = lake.storage.find(part.file)
    lake.storage.put(part.file, data[:-5] + bytes([data[-5] ^ 1]) + data[-4:])
    with pytest.raises(LakeBroken, match="missing or altered"):
        queries.recount(freeze_id=frozen.id, actor=OPERATOR)


def test_a_frozen_figure_that_comes_out_otherwise_says_so(database, lake):
    write(lake, {"resident": residents(p441202001002=40)})
    frozen = actions.freeze(**ASKED, actor=OPERATOR, at=AT)
    found = queries.recount(freeze_id=frozen.id, actor=OPERATOR)
    other = replace(found.again, total=replace(found.again.total, numerator=19))
    assert not replace(found, again=other).is_same
    kept = replace(frozen, result=replace(frozen.result, rule="0" * 12))
    assert replace(found, frozen=kept).is_rule_changed


def test_a_figure_from_outside_is_held_against_the_one_that_came_later(database, lake):
    given = Outside("county_inpatient_rate", "441200", ASKED["period"], Decimal("91.4"), 457, 500, "医保局", "函", datetime.date(2026, 1, 5))  # fmt: skip
    actions.record_outside(figures=[given], actor=OPERATOR, at=AT)
    asked = {**ASKED, "indicator": given.indicator, "actor": OPERATOR}
    frozen = actions.freeze(**asked, at=AT)
    later = replace(given, value=Decimal("91.0"), numerator=455, document="更正函")
    actions.record_outside(figures=[later], actor=OPERATOR, at=AT)
    found = queries.recount(freeze_id=frozen.id, actor=OPERATOR)
    assert found.again is None and found.is_same
    assert found.moved.difference == Decimal("-0.4")


def test_files_of_a_frozen_figure_stay(database, lake):
    write(lake, {"resident": residents(p441202001002=10)})
    frozen = actions.freeze(**ASKED, actor=OPERATOR, at=AT)
    for count in range(11, 24):
        write(lake, {"resident": residents(p441202001002=count)})
    actions.compact(actor=OPERATOR, at=AT)
    again = queries.compute(**ASKED, manifest_id=frozen.result.manifest, actor=OPERATOR)
    assert again.total.denominator == 10


def test_a_damaged_file_of_a_frozen_figure_is_found(database, lake):
    write(lake, {"resident": residents(p441202001002=10)})
    frozen = actions.freeze(**ASKED, actor=OPERATOR, at=AT)
    write(lake, {"resident": residents(p441202001002=11)})
    assert list(queries.verify_lake(actor=OPERATOR)) == []
    (part,) = lake.get_manifest(frozen.result.manifest).tables["resident"].partitions
    lake.storage.remove([part.file])
    (found,) = queries.verify_lake(actor=OPERATOR)
    assert (found.manifest, found.damage) == (frozen.result.manifest, Damage.MISSING)


def test_a_frozen_figure_cannot_be_changed_or_removed(database, lake):
    write(lake, {"resident": residents(p441202001002=10)})
    frozen = actions.freeze(**ASKED, actor=OPERATOR, at=AT)
    rows = FrozenFigure.objects.filter(id=frozen.id)
    for change in (lambda: rows.update(note="x"), rows.delete):
        with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
            change()
    assert queries.get_freeze(freeze_id=frozen.id, actor=OPERATOR) == frozen


def test_only_a_figure_with_a_value_is_frozen(database, lake):
    with pytest.raises(FigureNotFreezable):
        actions.freeze(**ASKED, actor=OPERATOR, at=AT)
    assert not FrozenFigure.objects.exists()


def test_freezing_needs_the_right_in_the_area(database, lake):
    write(lake, {"resident": residents(p441202001002=10)})
    county = reader("441202", permissions=("indicators.read", "indicators.freeze"))
    with pytest.raises(NotPermitted):
        actions.freeze(**ASKED, actor=county, at=AT)
    with pytest.raises(NotPermitted):
        actions.freeze(**{**ASKED, "area": "441202"}, actor=reader("441202"), at=AT)
    mine = actions.freeze(**{**ASKED, "area": "441202"}, actor=county, at=AT)
    with pytest.raises(NotPermitted):
        queries.get_freeze(freeze_id=mine.id, actor=reader("441203"))
    with pytest.raises(FreezeUnknown):
        queries.get_freeze(freeze_id=uuid7(), actor=OPERATOR)


def test_a_note_is_kept_whole_or_refused(database, lake):
    write(lake, {"resident": residents(p441202001002=40)})
    with pytest.raises(FreezeNoteTooLong, match="has 201 characters"):
        actions.freeze(**ASKED, note="x" * 201, actor=OPERATOR, at=AT)
    assert queries.freezes(**ASKED, actor=OPERATOR) == ()
    assert actions.freeze(**ASKED, note="x" * 200, actor=OPERATOR, at=AT).note == "x" * 200

"""A frozen figure stays what it was, recomputes to itself, and later corrections stand beside it."""

import datetime
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction

from kangmai.analytics import actions, queries
from kangmai.analytics.errors import FigureNotFreezable, FreezeUnknown
from kangmai.analytics.lake.verifying import Damage
from kangmai.analytics.models import FrozenFigure
from kangmai.analytics.types import By
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

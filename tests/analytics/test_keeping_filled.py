"""The worker fills the lake once a night, when asked, and again after a run that was cut off."""

import datetime
from pathlib import Path

import pytest

from kangmai.analytics import actions
from kangmai.analytics.errors import ViewBroken
from kangmai.analytics.published import published_views
from kangmai.kernel.actor import NotPermitted, operator
from tests.factories.actors import actor

OPERATOR = operator("test")


@pytest.fixture
def lake(database: str, tmp_path: Path):
    from django.conf import settings

    before, settings.LAKE = settings.LAKE, tmp_path / "lake"
    yield
    settings.LAKE = before


def at(day: int, hour: int, minute: int = 0) -> datetime.datetime:
    """An instant of March 2026, given in legal time."""
    shanghai = datetime.timezone(datetime.timedelta(hours=8))
    return datetime.datetime(2026, 3, day, hour, minute, tzinfo=shanghai).astimezone(datetime.UTC)


def fill(moment: datetime.datetime) -> bool:
    return actions.fill_if_due(now=lambda: moment)


def test_once_a_night_and_when_asked(lake):
    assert fill(at(2, 15))
    assert not fill(at(2, 23))
    assert not fill(at(3, 1, 59))
    assert fill(at(3, 2))
    assert not fill(at(3, 3))
    actions.request_sync(actor=OPERATOR, at=at(3, 9))
    assert fill(at(3, 9, 1))
    assert not fill(at(3, 9, 2))
    progress = actions.progress()
    assert (progress["ended_at"], progress["failed"]) == (at(3, 9, 1).isoformat(), "")


def test_asking_needs_the_right(lake):
    with pytest.raises(NotPermitted):
        actions.request_sync(actor=actor(permissions=("indicators.read",)), at=at(2, 9))
    assert not actions.is_asked_for()


def test_a_run_that_was_cut_off_is_made_again(lake, monkeypatch):
    def killed(**_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(actions, "sync", killed)
    with pytest.raises(KeyboardInterrupt):
        fill(at(2, 15))
    monkeypatch.undo()
    assert fill(at(2, 15, 5))


def test_a_run_that_fails_says_so_and_waits_for_the_night(lake, monkeypatch):
    def broken(**_options):
        raise ViewBroken(view="visit", reason="test")

    monkeypatch.setattr(actions, "sync", broken)
    with pytest.raises(ViewBroken):
        fill(at(2, 15))
    monkeypatch.undo()
    assert actions.progress()["failed"] == "ViewBroken"
    assert not fill(at(2, 16))
    assert fill(at(3, 2))
    assert actions.progress()["failed"] == ""


def test_every_published_view_gives_what_it_says(lake):
    filled = actions.sync(report=lambda progress: None, actor=OPERATOR, at=at(2, 15))
    assert [table.name for table in filled.tables] == sorted(published_views())
    assert {"enrolment", "institution", "resident", "visit"} <= set(published_views())

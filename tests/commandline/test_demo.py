"""The invented city is made once, through the rooms, in every area, and goes on where it was cut off."""

import datetime

import pytest

from kangmai.commandline.city.loading import city as loading
from kangmai.commandline.city.loading.city import CityOrder, OtherCity, ensure_city
from kangmai.kernel.actor import operator
from kangmai.kernel.state import find_state
from kangmai.records import queries

ON = datetime.date(2026, 3, 1)
SMALL = CityOrder("440203", 1000, 1, ON)


def test_district_without_a_commission_has_its_accounts(database):
    from kangmai.access.models import Account

    lines = ensure_city(SMALL)
    assert any("village_doctor" in line for line in lines)
    assert Account.objects.filter(login="officer").exists()
    counts = queries.count_types(actor=operator("test"))
    assert counts["Patient"] >= 1000
    assert counts["Encounter"] > 0

    assert ensure_city(SMALL) == lines  # the second start only greets
    assert queries.count_types(actor=operator("test")) == counts
    with pytest.raises(OtherCity):
        ensure_city(CityOrder("440203", 2000, 1, ON))


def test_cut_off_city_goes_on_where_it_stopped(database, monkeypatch):
    towns = iter(range(3))

    def break_off(*args: object, **options: object) -> None:
        if next(towns, None) is None:
            raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(loading, "load_places", break_off)
        ensure_city(SMALL)
    state = find_state(loading.STATE)
    assert state is not None
    assert state["accounts"] is None
    assert 0 < state["towns"] < 7
    ensure_city(SMALL)
    assert 1000 <= queries.count_types(actor=operator("test"))["Patient"] < 1100

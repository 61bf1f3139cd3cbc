"""Half a day of a drill in a small demo city: what its pages then show, counted by their own queries."""

import datetime

import pytest

from kangmai.commandline.city.drill import play_drill
from kangmai.epidemic.nucleic_acid import models, queries
from kangmai.epidemic.nucleic_acid.types import HoldState
from kangmai.kernel.actor import operator
from tests.factories import outbreak_city

OWNER = operator("test")


@pytest.fixture(scope="module")
def played(shared_database):
    outbreak_city.build(on=datetime.datetime.now(datetime.UTC).date())
    now = datetime.datetime.now(datetime.UTC)
    return play_drill(at=now), now


def test_the_pages_of_testing_show_a_round_under_way(played):
    played, now = played
    (round_,) = queries.rounds(actor=OWNER, at=now)
    found = queries.board(round_.id, actor=OWNER, at=now)
    assert found.people == played.sampled > 0 and found.tubes == played.tubes
    assert found.by_stage["tested"] == 2 and found.published == played.tubes - 2
    assert found.open_pools == 1 and found.incidents == 0
    (pool,) = models.Pool.objects.all()
    assert pool.holds.filter(state=HoldState.HELD.value).count() == 10
    plan = queries.plans(round_.id, actor=OWNER, at=now)[0]
    assert queries.replay_of(plan.id, actor=OWNER, at=now).round.done.tubes == played.tubes
    assert any(each.received_at for each in queries.trips(actor=OWNER, at=now))
    assert 0 < queries.coverage(round_.id, actor=OWNER, at=now)[0].share < 1
    assert played.order.startswith("D")

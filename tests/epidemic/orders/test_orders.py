"""Orders: who may wake the mode, where and for how long, and what happens when it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from kangmai.epidemic.orders import actions, errors, queries, rules
from kangmai.epidemic.orders.types import Phase, Purpose, State
from kangmai.kernel.actor import NotPermitted
from tests.epidemic.orders.factories import (
    AT,
    DISEASE_CONTROL,
    OFFICER,
    draft,
    in_role,
    order_in_force,
)

pytestmark = pytest.mark.usefixtures("database")
SCANNING, TESTING = Purpose.SCANNING, Purpose.TESTING
HOUR = timedelta(hours=1)


def sign(order, actor, at=AT):
    return actions.sign(order_id=order.id, expected_version=order.version, actor=actor, at=at)


def proposed(**more):
    return actions.propose(draft=draft(**more), key="k", actor=OFFICER, at=AT)


def test_two_roles_wake_the_mode_and_one_does_not():
    order = proposed()
    assert queries.find_in_force(SCANNING, place="441202", at=AT) is None
    once = sign(order, OFFICER)
    assert (once.state, queries.find_in_force(SCANNING, place="441202", at=AT)) == (
        State.DRAFT,
        None,
    )
    twice = sign(once, DISEASE_CONTROL)
    assert queries.in_force(SCANNING, place="441202001002", at=AT).id == twice.id
    assert [(each.account, each.role) for each in queries.signatures(order.id, actor=OFFICER)] == [
        (101, "commission_officer"),
        (102, "cdc_epidemiologist"),
    ]
    with pytest.raises(errors.NoOrderInForce):
        queries.in_force(TESTING, place="441202", at=AT)


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (OFFICER, errors.SignsTwice),
        (in_role("commission_officer", 103), errors.SecondRoleNeeded),
        (in_role("village_doctor", 104), NotPermitted),
        (in_role("cdc_epidemiologist", 105, place="441203"), NotPermitted),
        (in_role("cdc_epidemiologist", 106, permissions=frozenset({"orders.read"})), NotPermitted),
    ],
)
def test_the_second_signature_is_another_persons_in_another_role_with_the_whole_area(
    actor, refusal
):
    order = sign(proposed(), OFFICER)
    with pytest.raises(refusal):
        sign(order, actor)
    after = queries.get_order(order.id, actor=OFFICER)
    assert (after.state, after.version) == (State.DRAFT, order.version)
    assert len(queries.signatures(order.id, actor=OFFICER)) == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"title": " "}, errors.NothingOrdered),
        ({"purposes": frozenset()}, errors.NothingOrdered),
        ({"areas": ()}, errors.NothingOrdered),
        ({"areas": ("449999",)}, errors.AreaUnknown),
        ({"disease": "debts"}, errors.DiseaseUnknown),
        ({"edition": "v99"}, errors.EditionUnknown),
        ({"edition": "drill"}, errors.EditionForDrills),
        ({"basis": ""}, errors.BasisMissing),
        ({"ends_at": AT}, errors.PeriodWrong),
        ({"starts_at": AT - HOUR}, errors.StartsInThePast),
        ({"ends_at": AT + timedelta(days=30, seconds=1)}, errors.OrderTooLong),
        ({"ends_at": AT + timedelta(days=8), "is_drill": True}, errors.OrderTooLong),
        ({"retention_days": 31}, errors.RetentionTooLong),
    ],
)
def test_an_order_that_may_not_be_is_refused_and_nothing_is_written(change, refusal):
    wanted = replace(draft(), **change)
    actor = (
        OFFICER if wanted.areas != ("449999",) else in_role("commission_officer", 9, place="449900")
    )
    with pytest.raises(refusal):
        actions.propose(draft=wanted, key="k", actor=actor, at=AT)
    assert queries.orders(actor=OFFICER, at=AT) == []


def test_the_same_form_again_makes_no_second_order_and_another_content_is_refused():
    assert proposed().id == proposed().id
    with pytest.raises(errors.OrderKeyReused):
        proposed(title="另一份")
    assert len(queries.orders(actor=OFFICER, at=AT)) == 1


def test_it_holds_from_its_start_up_to_its_end_and_only_in_its_area():
    order = order_in_force(SCANNING, area="441202", at=AT, days=1)
    last = timedelta(microseconds=1)
    assert queries.find_in_force(SCANNING, place="441202", at=order.ends_at - last) is not None
    assert queries.find_in_force(SCANNING, place="441202", at=order.ends_at) is None
    assert queries.find_in_force(SCANNING, place="441202", at=AT - last) is None
    assert queries.find_in_force(SCANNING, place="441203", at=AT) is None
    assert queries.find_in_force(SCANNING, place="441200", at=AT) is None


def test_the_narrower_area_answers_and_a_drill_only_where_nothing_is_in_earnest():
    wide = order_in_force(SCANNING)
    narrow = order_in_force(SCANNING, area="441202")
    drill = replace(narrow, is_drill=True, serial=9, areas=("441202001",))
    assert queries.in_force(SCANNING, place="441202001", at=AT).id == narrow.id
    assert queries.in_force(SCANNING, place="441203", at=AT).id == wide.id
    assert rules.covering([drill, wide], SCANNING, "441202001", AT) == wide
    assert rules.covering([drill], SCANNING, "441202001", AT) == drill


def test_a_drill_waits_for_an_order_and_an_order_ends_a_drill():
    drill = order_in_force(SCANNING, area="441202", days=3, is_drill=True)
    assert drill.number.startswith("D2026-")
    order = order_in_force(SCANNING, at=AT + HOUR, days=3)
    overtaken = queries.get_order(drill.id, actor=OFFICER)
    assert (overtaken.over_at, overtaken.phase(AT + HOUR)) == (AT + HOUR, Phase.ENDED)
    with pytest.raises(errors.DrillDuringOrder):
        order_in_force(SCANNING, area="441203", at=AT + 2 * HOUR, days=1, is_drill=True)
    assert queries.in_force(SCANNING, place="441203", at=AT + 2 * HOUR).id == order.id


def test_ending_before_time_needs_a_reason_and_works_at_once():
    order = order_in_force(SCANNING)
    with pytest.raises(errors.ReasonMissing):
        actions.end(
            order_id=order.id, reason=" ", expected_version=order.version, actor=OFFICER, at=AT
        )
    ended = actions.end(
        order_id=order.id,
        reason="疫情扑灭",
        expected_version=order.version,
        actor=OFFICER,
        at=AT + HOUR,
    )
    assert queries.find_in_force(SCANNING, place="441202", at=AT + HOUR) is None
    with pytest.raises(errors.OrderChanged):
        actions.end(
            order_id=order.id, reason="再次", expected_version=order.version, actor=OFFICER, at=AT
        )
    with pytest.raises(errors.NotInThisPhase):
        actions.end(
            order_id=order.id,
            reason="再次",
            expected_version=ended.version,
            actor=OFFICER,
            at=AT + HOUR,
        )


def test_a_refused_order_never_wakes():
    order = sign(proposed(), OFFICER)
    refused = actions.refuse(
        order_id=order.id,
        reason="范围过大",
        expected_version=order.version,
        actor=DISEASE_CONTROL,
        at=AT,
    )
    assert (refused.phase(AT), refused.reason) == (Phase.REFUSED, "范围过大")
    with pytest.raises(errors.NotInThisPhase):
        sign(refused, DISEASE_CONTROL)


def test_the_end_is_told_once():
    order = order_in_force(SCANNING, days=1)
    for _ in range(2):
        actions.settle(at=order.ends_at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_event WHERE kind = 'orders.ended'")
        assert cursor.fetchone() == (1,)


def test_an_extension_is_a_new_order_and_data_wait_for_its_end():
    first = order_in_force(SCANNING, days=2)
    with pytest.raises(errors.ExtensionUnfit):
        proposed(disease="plague", extends=first.id)
    there = order_in_force(SCANNING, area="441203", at=AT + HOUR, days=2)
    with pytest.raises(errors.ExtensionUnfit):
        proposed(areas=("441202",), extends=there.id)
    second = order_in_force(SCANNING, at=AT + HOUR, days=10, extends=first.id)
    known = [first, second]
    assert rules.erasure_due(first, known, after_days=14) == second.ends_at + timedelta(days=14)
    assert rules.erasure_due(first, [first], after_days=14) == first.ends_at + timedelta(days=14)
    actions.settle(at=first.ends_at + timedelta(days=15))
    assert queries.get_order(first.id, actor=OFFICER).erased_at is None
    actions.settle(at=second.ends_at + timedelta(days=15))
    assert queries.get_order(first.id, actor=OFFICER).phase(second.ends_at) is Phase.ERASED

"""Each misuse of emergency mode by name: refused or held with a reason, written down, and nothing lost.

What a room's own tests show already is named here, so that no sentence is without one; the rest stands below.
"""

from datetime import timedelta
from importlib import import_module

import pytest

from kangmai.epidemic.tracing import queries as tracing
from kangmai.epidemic.venues import actions, errors, models, queries
from kangmai.epidemic.venues.actions import intake
from kangmai.epidemic.venues.types import Channel, LookupKind, Refusal
from kangmai.kernel import audit
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.connections import reading
from kangmai.kernel.errors import KangmaiError
from tests.epidemic.orders.factories import AT
from tests.epidemic.tracing import factories as traced
from tests.epidemic.venues.factories import (
    KEEPER,
    NEIGHBOUR,
    TRACER,
    number_of,
    person,
    scans,
    venue,
    woken,
)

pytestmark = pytest.mark.usefixtures("database")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CHAIN, INTAKE = "nucleic_acid.test_chain", "venues.test_intake"
SHOWN_BY = {
    "a tube used twice": (CHAIN, "test_a_tube_used_twice_is_kept_and_held_until_it_has_a_new_label"),
    "an over-filled tube": (CHAIN, "test_an_overfilled_tube_is_taken_whole_and_held"),
    "a box with one tube missing": (CHAIN, "test_a_box_with_one_tube_missing_is_signed_by_two"),
    "a plate with failed controls": (CHAIN, "test_failed_controls_count_for_nothing"),
    "a result for an unknown tube": (CHAIN, "test_a_result_for_an_unknown_tube_waits_for_its_tube"),
    "times out of order": (CHAIN, "test_times_out_of_order_hold_a_tube"),
    "a person in two tubes of one round": (CHAIN, "test_somebody_in_two_tubes_of_a_round_is_in_both_and_noted"),
    "a scan from the future": ("test_misuse", "test_a_scan_from_the_future_is_refused_and_counted"),
    "10,000 scans a minute from one phone": (INTAKE, "test_ten_thousand_scans_a_minute_from_one_phone_are_refused_beyond_the_limit_and_counted"),
    "a forged venue code": ("test_misuse", "test_a_forged_venue_code_is_noticed_and_counted"),
    "an operator looking up a neighbour": ("test_misuse", "test_an_operator_who_looks_up_a_neighbour_is_refused_and_written_down"),
    "a colour changed for a reason not on the list": ("test_misuse", "test_a_colour_for_a_reason_not_on_the_list_is_refused_and_written_down"),
}  # fmt: skip


@pytest.mark.parametrize("misuse", SHOWN_BY)
def test_every_misuse_has_a_test_that_shows_what_becomes_of_it(misuse):
    module, name = SHOWN_BY[misuse]
    assert callable(getattr(import_module(f"tests.epidemic.{module}"), name))


@pytest.fixture(autouse=True)
def _fresh_throttle():
    intake.throttle.clear()
    yield
    intake.throttle.clear()


def refused(action: str) -> list[tuple[int, str]]:
    """Who was refused by which rule, as the audit trail has it."""
    audit.flush()
    with reading() as database:
        rows = database.execute(
            "SELECT account, outcome FROM kernel_audit WHERE action = %s ORDER BY seq", [action]
        )
        return rows.fetchall()


def counted() -> dict[str, int]:
    return dict(models.Refusal.objects.values_list("reason", "count"))


def test_a_scan_from_the_future_is_refused_and_counted():
    woken()
    someone, door = number_of(person()), venue().entrances[0].code
    batch = scans(
        [(1, someone, AT + 301 * MINUTE / 60), (2, someone, AT + 299 * MINUTE / 60)], door
    )
    found = actions.take_scans(scans=batch, at=AT)
    assert (found.taken, found.refused) == (1, ((0, Refusal.FROM_THE_FUTURE),))
    assert counted() == {"from the future": 1}


def test_a_forged_venue_code_is_noticed_and_counted():
    woken()
    someone, door = number_of(person()), venue().entrances[0].code
    codes = [
        door,
        *(door[:n] + ("0" if door[n] != "0" else "1") + door[n + 1 :] for n in (0, 8, 22)),
    ]
    batch = scans([(n, someone, AT) for n in range(4)], codes)
    found = actions.take_scans(scans=batch, at=AT)
    assert (found.taken, {reason for _, reason in found.refused}) == (1, {Refusal.FORGED_CODE})
    assert counted() == {"forged code": 3}
    # the code names no venue: who is responsible where the phone or the reader belongs sees it, the neighbour does not
    assert queries.counts(actor=KEEPER, at=AT).refused == {}
    forged = scans([(9, someone, AT)], codes[1], source=0, channel=Channel.PHONE)
    actions.take_scans(scans=forged, at=AT)
    assert queries.counts(actor=KEEPER, at=AT).refused == {"forged code": 1}
    reader, _token = actions.add_device(name="闸机", venue_id=venue().id, actor=KEEPER, at=AT)
    actions.take_scans(scans=scans([(10, someone, AT)], codes[1], source=reader.id), at=AT)
    assert queries.counts(actor=KEEPER, at=AT).refused == {"forged code": 2}
    assert queries.counts(actor=NEIGHBOUR, at=AT).refused == {}


def test_an_operator_who_looks_up_a_neighbour_is_refused_and_written_down():
    woken()
    someone = person()
    asked = {
        "kind": LookupKind.PLACES, "persons": [someone.key], "from_at": AT - DAY, "until_at": AT + DAY, "reason": "好奇",
        "key": "k", "at": AT,
    }  # fmt: skip
    with pytest.raises(errors.CaseNumberMissing):
        actions.ask_lookup(case_number="", actor=TRACER, **asked)
    with pytest.raises(NotPermitted):
        actions.ask_lookup(case_number="C-1", actor=KEEPER, **asked)
    with pytest.raises(errors.CaseNumberUnknown):
        actions.ask_lookup(case_number="C-1", actor=TRACER, **asked)
    assert [account for account, _ in refused("venues.lookup_refused")] == [
        TRACER.account,
        KEEPER.account,
        TRACER.account,
    ]
    with pytest.raises(errors.PersonUnknown):
        queries.find_person(pass_text=someone.pass_code, actor=NEIGHBOUR, at=AT)
    ((account, rule),) = refused("venues.person_refused")
    assert (account, rule) == (NEIGHBOUR.account, errors.PersonUnknown().code)
    assert models.Lookup.objects.count() == 0


def test_a_neighbours_case_or_contact_is_refused_by_its_address_and_written_down():
    traced.woken()
    case = traced.case()
    contact = traced.close_contact(case)
    for read, id in ((tracing.get_case, case.id), (tracing.get_contact, contact)):
        with pytest.raises(KangmaiError):
            read(id, actor=traced.NEIGHBOUR, at=AT)
        with pytest.raises(NotPermitted):
            read(id, actor=KEEPER, at=AT)
    ids = [each.account for each in (traced.NEIGHBOUR, KEEPER)]
    assert refused("tracing.case_refused") == list(zip(ids, ("CaseUnknown", "NotPermitted"), strict=True))  # fmt: skip
    assert refused("tracing.contact_refused") == list(zip(ids, ("ContactUnknown", "NotPermitted"), strict=True))  # fmt: skip


def test_a_colour_for_a_reason_not_on_the_list_is_refused_and_written_down():
    woken()
    someone = person()
    with pytest.raises(errors.ReasonNotOnTheList):
        actions.propose_colour(
            person=someone.key, reason="petition", evidence_kind="laboratory", evidence="X", key="k", actor=TRACER, at=AT
        )  # fmt: skip
    assert refused("venues.colour_refused") == [
        (TRACER.account, errors.ReasonNotOnTheList(reason="petition").code)
    ]
    assert models.Decision.objects.count() == 0

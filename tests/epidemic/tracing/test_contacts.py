"""Contacts from the scans: equal to a slow and obvious twin, never doubled by repeats or merged residents."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.epidemic.tracing import actions, errors, handlers, models, queries, rules
from kangmai.epidemic.tracing.types import Given, Kind, Source
from kangmai.epidemic.venues import actions as venue_actions
from kangmai.epidemic.venues import errors as venue_errors
from kangmai.epidemic.venues import rules as venue_rules
from kangmai.epidemic.venues.rulebook import venue_rule
from kangmai.epidemic.venues.types import Origin, PersonFacts
from kangmai.identity import actions as identity
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.kernel.feed import Event
from kangmai.standards.calendars import legal_day
from tests.epidemic.orders.factories import AT
from tests.epidemic.tracing.factories import (
    DAY,
    FOLLOWER,
    INVESTIGATOR,
    NEIGHBOUR,
    SECOND,
    approved_scans,
    case,
    close_contact,
    named,
    resident,
    woken,
)
from tests.epidemic.venues.factories import KEEPER, facts, person, venue
from tests.epidemic.venues.test_presence import keep

pytestmark = pytest.mark.usefixtures("database")
STEP = 450
NOW = venue_rules.second_of(AT)
LATER = AT + timedelta(hours=30)
RULE = venue_rule(on=legal_day(AT))
KINDS = ("market", "restaurant", "checkpoint")
EDITION = rules.edition("v9")


def registered(someone):
    return Given(venue_person=someone.key)


@pytest.fixture
def world():
    woken()
    return [venue(kind=kind) for kind in KINDS], [person() for _ in range(5)]


def twin(rows, places, who, window):
    """Every stay against every stay, by hand: the first generation, then those whom its close contacts met."""
    dwell = {place.id: RULE.kinds[place.facts.kind].dwell_minutes for place in places}
    kind_of = {place.id: place.facts.kind for place in places}
    stays = venue_rules.visits([row[:3] for row in rows if row[3] != 3], dwell)

    def met(of, first):
        found = {}
        for own in stays:
            if own.person != of or not first <= venue_rules.second_of(own.from_at) < window[1]:
                continue
            for other in stays:
                start = max(own.from_at, other.from_at)
                seconds = (min(own.until_at, other.until_at) - start).total_seconds()
                if other.person != of and other.venue == own.venue and seconds > 0:
                    days = found.setdefault((of, other.person, own.venue), {})
                    held = days.get(legal_day(start), (start, 0))
                    days[legal_day(start)] = (min(start, held[0]), held[1] + seconds)
        least = RULE.least_overlap_minutes * 60
        return {
            key: days for key, days in found.items() if sum(s for _, s in days.values()) >= least
        }

    def minutes(some):
        return {(*key, day): s // 60 for key, days in some.items() for day, (_, s) in days.items()}

    def is_close(key, days):
        total = sum(seconds for _, seconds in days.values()) // 60
        return kind_of[key[2]] in EDITION.carrying.kinds and total >= EDITION.carrying.minutes

    first = met(who, window[0])
    carriers = {}
    for key, days in first.items():
        if is_close(key, days):
            since = min(start for start, _ in days.values())
            carriers[key[1]] = min(since, carriers.get(key[1], since))
    second = {}
    for carrier, since in carriers.items():
        second |= met(carrier, venue_rules.second_of(since))
    known = {who} | {key[1] for key in first}
    second = {key: days for key, days in second.items() if key[1] not in known}
    kinds = {key[1]: Kind.SECONDARY for key in second} | {key[1]: Kind.GENERAL for key in first}
    kinds |= dict.fromkeys(carriers, Kind.CLOSE)
    return minutes(first) | minutes(second), kinds


def held():
    """What the tables say, in the keys of registration."""
    key_of = dict(models.Person.objects.values_list("id", "venue_person"))
    rows = models.Exposure.objects.values_list("of_id", "pair__contact__person_id", "venue", "day", "minutes")  # fmt: skip
    exposures = {(key_of[of], key_of[who], where, day): m for of, who, where, day, m in rows}
    assert len(exposures) == models.Exposure.objects.count()
    pairs = models.Pair.objects.values_list("contact__person_id", "kind")
    return exposures, {key_of[who]: Kind(kind) for who, kind in pairs}


scan_rows = st.lists(
    st.tuples(
        st.integers(0, 4), st.integers(0, 2), st.integers(0, 200).map(lambda n: NOW + n * STEP),
        st.sampled_from([1, 1, 1, 2, 3]),
    ),
    min_size=3, max_size=18, unique_by=lambda row: (row[0], row[2]),
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=scan_rows)
def test_contacts_and_generations_are_those_of_the_slow_twin_however_often_taken(world, rows):
    places, people = world
    with transaction.atomic():
        rows = [(people[who].key, places[where].id, at, answer) for who, where, at, answer in rows]
        keep(rows)
        found = case(registered(people[0]), at=LATER, found_at=AT + DAY)
        search = approved_scans(found, at=LATER)
        window = (venue_rules.second_of(found.from_at), venue_rules.second_of(LATER))
        actions.take_scans(search_id=search, actor=INVESTIGATOR, at=LATER)
        once = held()
        assert once == twin(rows, places, people[0].key, window)
        assert actions.take_scans(search_id=search, actor=INVESTIGATOR, at=LATER).found == len(
            once[1]
        )
        assert held() == once
        transaction.set_rollback(True)


def test_the_worked_example_of_the_page():
    """docs/algorithms/co-presence.md, from exposures to kinds: numbers there are those here."""
    woken()
    restaurant, market = venue(kind="restaurant"), venue(kind="market")
    the_case, near, passer, guest = (person() for _ in range(4))
    minute = 60
    keep(
        [
            (the_case.key, restaurant.id, NOW, 1), (near.key, restaurant.id, NOW + 20 * minute, 1),
            (the_case.key, market.id, NOW + 60 * minute, 1), (passer.key, market.id, NOW + 65 * minute, 1),
            (near.key, restaurant.id, NOW + 24 * 60 * minute, 1),
            (guest.key, restaurant.id, NOW + (24 * 60 + 30) * minute, 1),
        ]
    )  # fmt: skip
    found = case(registered(the_case), at=LATER, found_at=AT + DAY)
    search = approved_scans(found, at=LATER)
    assert actions.take_scans(search_id=search, actor=INVESTIGATOR, at=LATER).found == 3
    page = queries.pairs(found.id, actor=INVESTIGATOR, at=LATER)
    key_of = dict(models.Person.objects.values_list("id", "venue_person"))
    assert [(key_of[each.person], each.kind, each.generation, each.minutes) for each in page.rows] == [
        (guest.key, Kind.SECONDARY, 2, 60), (near.key, Kind.CLOSE, 1, 40), (passer.key, Kind.GENERAL, 1, 35),
    ]  # fmt: skip
    assert {each.is_judged for each in page.rows} == {False}
    told = queries.exposures([each.id for each in page.rows], actor=INVESTIGATOR, at=LATER)
    by_guest = told[page.rows[0].id]
    assert [(key_of[each.of], each.venue, each.day, each.minutes) for each in by_guest] == [
        (near.key, restaurant.id, legal_day(AT + DAY), 60)
    ]


def test_scans_are_read_only_after_a_second_person_approved_and_by_whom_the_case_is():
    woken()
    someone = person()
    found = case(registered(someone), at=AT)
    search = actions.ask_scans(case_id=found.id, reason="流调", key="k", actor=INVESTIGATOR, at=AT)
    with pytest.raises(venue_errors.NotApproved):
        actions.take_scans(search_id=search.id, actor=INVESTIGATOR, at=AT)
    with pytest.raises(venue_errors.SecondPersonNeeded):
        venue_actions.decide_lookup(
            lookup_id=search.lookup_id, approves=True, expected_version=1, actor=INVESTIGATOR, at=AT
        )
    for actor, refusal in ((NEIGHBOUR, errors.CaseUnknown), (FOLLOWER, NotPermitted)):
        for deed in (
            lambda: actions.ask_scans(case_id=found.id, reason="x", key="x", actor=actor, at=AT),  # noqa: B023
            lambda: queries.get_case(found.id, actor=actor, at=AT),  # noqa: B023
            lambda: queries.pairs(found.id, actor=actor, at=AT),  # noqa: B023
        ):
            with pytest.raises(refusal):
                deed()
    assert models.Search.objects.count() == 1
    with pytest.raises(errors.NotRegistered):
        actions.ask_scans(case_id=case().id, reason="流调", key="n", actor=SECOND, at=AT)


def test_one_person_is_one_contact_by_whatever_name_and_merged_residents_are_one():
    woken()
    first, second = resident(1), resident(2)
    card = first.demographics.documents[0].number
    scanned = venue_actions.register_person(
        facts=PersonFacts(
            **{name: getattr(facts(), name) for name in ("phone", "place_code")},
            name=first.demographics.name, document_kind="01", document_number=card,
        ), origin=Origin.GRID, actor=KEEPER, at=AT,
    )  # fmt: skip
    assert scanned.resident == first.id
    found = case()
    names = (
        Given(resident=first.id),
        Given(venue_person=scanned.key),
        Given(name="梁乙", document=card),
    )
    assert len({close_contact(found, each) for each in names}) == 1
    other = close_contact(found, Given(resident=second.id), days_ago=1)
    assert models.Contact.objects.count() == 2

    data = {"kept": second.id, "retired": first.id}
    identity.merge_residents(second.id, first.id, reason="同一人", actor=operator("test"), at=AT)
    for _ in range(2):
        handlers.follow_merges([Event(1, 1, {"kind": "identity.merged", "data": data})])
    assert len(queries.pairs(found.id, actor=INVESTIGATOR, at=AT).rows) == 1
    assert len(queries.contacts(actor=FOLLOWER, at=AT).rows) == 1
    assert queries.get_case(found.id, actor=INVESTIGATOR, at=AT).contacts == 1
    assert {close_contact(found, each) for each in (*names, Given(resident=second.id))} == {
        models.Contact.objects.get(joined_to=None).id
    }
    whole = queries.get_contact(other, actor=FOLLOWER, at=AT)
    assert whole.contact.id == models.Contact.objects.get(joined_to=None).id

    identity.unmerge_resident(first.id, reason="不是同一人", actor=operator("test"), at=AT)
    data = {"kept": second.id, "restored": first.id}
    handlers.follow_merges([Event(1, 2, {"kind": "identity.unmerged", "data": data})])
    assert len(queries.pairs(found.id, actor=INVESTIGATOR, at=AT).rows) == 2


def test_before_the_house_heard_of_a_merge_nobody_is_entered_twice():
    woken()
    first, second = resident(3), resident(4)
    found = case()
    there = close_contact(found, Given(resident=first.id))
    identity.merge_residents(second.id, first.id, reason="同一人", actor=operator("test"), at=AT)
    assert close_contact(found, Given(resident=second.id)) == there


def test_the_household_is_close_from_the_first_day_of_the_window():
    woken()
    head = person()
    venue_actions.register_family(
        guardian_pass=venue_rules.pass_number(head.pass_code), facts=facts(77, phone=""), at=AT
    )
    found = case(registered(head))
    assert actions.add_household(case_id=found.id, actor=INVESTIGATOR, at=AT) == 1
    assert actions.add_household(case_id=found.id, actor=INVESTIGATOR, at=AT) == 0
    (pair,) = queries.pairs(found.id, actor=INVESTIGATOR, at=AT).rows
    assert (pair.kind, pair.is_judged, pair.source) == (Kind.CLOSE, True, Source.HOUSEHOLD)
    (days,) = queries.exposures([pair.id], actor=INVESTIGATOR, at=AT).values()
    assert [each.day for each in days] == [legal_day(AT) - n * DAY for n in (2, 1, 0)]


def test_a_judgement_stays_when_the_scans_are_taken_again_and_a_stranger_cannot_be_judged():
    woken()
    place, people = venue(kind="restaurant"), [person() for _ in range(2)]
    keep([(people[0].key, place.id, NOW, 1), (people[1].key, place.id, NOW + 60, 1)])
    found = case(registered(people[0]), at=LATER, found_at=AT + DAY)
    search = approved_scans(found, at=LATER)
    actions.take_scans(search_id=search, actor=INVESTIGATOR, at=LATER)
    (pair,) = queries.pairs(found.id, actor=INVESTIGATOR, at=LATER).rows
    assert pair.kind is Kind.CLOSE and models.Contact.objects.get().state == "found"
    judged = {"case_id": found.id, "kinds": {pair.id: Kind.EXCLUDED}, "reason": "隔开的包间"}
    assert actions.judge(**judged, actor=INVESTIGATOR, at=LATER) == 1
    assert actions.judge(**judged, actor=INVESTIGATOR, at=LATER) == 0
    actions.take_scans(search_id=search, actor=INVESTIGATOR, at=LATER)
    (again,) = queries.pairs(found.id, actor=INVESTIGATOR, at=LATER).rows
    assert (again.kind, again.is_judged) == (Kind.EXCLUDED, True)
    assert models.Contact.objects.get().state == "dropped"
    other = case(named())
    with pytest.raises(errors.ContactUnknown):
        actions.judge(case_id=other.id, kinds={pair.id: Kind.CLOSE}, actor=INVESTIGATOR, at=LATER)

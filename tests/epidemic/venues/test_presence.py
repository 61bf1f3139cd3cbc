"""Who was where: the SQL against a slow and obvious twin, two people for a question, and what is written down."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.epidemic.venues import actions, errors, models, presence, queries, rules
from kangmai.epidemic.venues.rulebook import venue_rule
from kangmai.epidemic.venues.types import LookupKind, LookupState, PersonKey
from kangmai.kernel.actor import NotPermitted
from kangmai.standards.calendars import legal_day
from tests.epidemic.orders.factories import AT
from tests.epidemic.tracing.factories import case
from tests.epidemic.venues.factories import (
    KEEPER,
    NEIGHBOUR_TRACER,
    SECOND,
    THIRD,
    TRACER,
    person,
    venue,
    woken,
)

pytestmark = pytest.mark.usefixtures("database")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOW = rules.second_of(AT)
RULE = venue_rule(on=legal_day(AT))
KINDS = ("market", "restaurant", "checkpoint")


def keep(rows, serial=1):
    """Scans as they stand in the table: person, venue, second, answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT venues_ensure_days(venues_day_of(%s), venues_day_of(%s))",
            [min(row[2] for row in rows), max(row[2] for row in rows)],
        )
        cursor.executemany(
            "INSERT INTO venues_scan VALUES (%s, %s, %s, %s, 1, %s, 1, 1, %s)",
            [
                (n, at, who, where, serial, answer)
                for n, (who, where, at, answer) in enumerate(rows)
            ],
        )


def twin(rows, asked, dwell):
    """Every stay of everybody against every stay of those asked about, minute by second."""
    stays = rules.visits([row[:3] for row in rows if row[3] != 3], dwell)
    met = {}
    for person_, first, past in asked:
        for own in stays:
            if own.person != person_ or not first <= rules.second_of(own.from_at) < past:
                continue
            for other in stays:
                start = max(own.from_at, other.from_at)
                seconds = (min(own.until_at, other.until_at) - start).total_seconds()
                if other.person != person_ and other.venue == own.venue and seconds > 0:
                    key = (person_, other.person, own.venue)
                    before = met.get(key, (start, 0))
                    met[key] = (min(start, before[0]), before[1] + seconds)
    return {
        key: (start, seconds // 60)
        for key, (start, seconds) in met.items()
        if seconds >= RULE.least_overlap_minutes * 60
    }


scan_rows = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(0, 2),
        st.integers(0, 240).map(lambda n: NOW + n * 45),
        st.sampled_from([1, 1, 2, 3]),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda row: (row[0], row[2]),
)


@pytest.fixture
def places():
    woken()
    return [venue(kind=kind) for kind in KINDS]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=scan_rows, first=st.integers(0, 120), length=st.integers(1, 240))
def test_contacts_are_those_of_the_slow_twin(places, rows, first, length):
    with transaction.atomic():
        rows = [(who, places[where].id, at, answer) for who, where, at, answer in rows]
        keep(rows)
        window = (NOW + first * 45, NOW + (first + length) * 45)
        asked = [(PersonKey(1), *window), (PersonKey(2), *window)]
        found = {
            (each.of, each.person, each.venue): (each.first_at, each.overlap_minutes)
            for each in presence.contacts(asked, RULE)
        }
        dwell = {place.id: RULE.kinds[place.facts.kind].dwell_minutes for place in places}
        assert found == twin(rows, asked, dwell)
        transaction.set_rollback(True)


def test_the_worked_example_of_the_page():
    """docs/algorithms/co-presence.md: numbers there are those here."""
    woken()
    market, restaurant = venue(kind="market").id, venue(kind="restaurant").id
    case, a, b, c, d = range(1, 6)
    rows = [
        (case, market, NOW, 1),
        (case, restaurant, NOW + 25 * 60, 1),
        (a, market, NOW + 10 * 60, 1),
        (b, market, NOW + 30 * 60, 1),
        (b, restaurant, NOW + 100 * 60, 1),
        (c, restaurant, NOW + 20 * 60, 1),
        (c, market, NOW + 60 * 60, 1),
        (d, restaurant, NOW + 40 * 60, 3),
    ]
    keep(rows)
    found = presence.contacts([(PersonKey(case), NOW, NOW + 86_400)], RULE)
    assert [(each.person, each.venue, each.overlap_minutes) for each in found] == [
        (c, restaurant, 35),
        (a, market, 15),
        (b, restaurant, 15),
    ]
    assert [rules.second_of(each.first_at) - NOW for each in found] == [25 * 60, 10 * 60, 100 * 60]
    everybody = presence.generations([(PersonKey(case), NOW, NOW + 86_400)], RULE)
    assert {(each.of, each.person, each.generation) for each in everybody} == {
        (case, c, 1),
        (case, a, 1),
        (case, b, 1),
    }
    stays = presence.places(PersonKey(case), NOW, NOW + 86_400, RULE)
    assert [(place, (until - at) // MINUTE) for place, at, until, *_ in stays] == [
        (market, 25),
        (restaurant, 90),
    ]


def test_a_contact_of_a_contact_counts_from_the_first_exposure_on():
    woken()
    place, other = venue(kind="checkpoint").id, venue(kind="checkpoint").id
    hour = 3600
    keep(
        [
            (2, other, NOW, 1), (4, other, NOW + 60, 1),
            (1, place, NOW + hour, 1), (2, place, NOW + hour + 60, 1),
            (2, other, NOW + 2 * hour, 1), (3, other, NOW + 2 * hour + 60, 1),
        ]
    )  # fmt: skip
    found = presence.generations([(PersonKey(1), NOW, NOW + 86_400)], RULE)
    assert [(each.of, each.person, each.generation, each.overlap_minutes) for each in found] == [
        (1, 2, 1, 9),
        (2, 3, 2, 9),
    ]


def ask(someone, *, actor=TRACER, kind=LookupKind.PLACES, key="k", **more):
    values = {
        "kind": kind,
        "case_number": "",
        "persons": [someone.key],
        "from_at": AT - 13 * DAY,
        "until_at": AT + DAY,
        "reason": "流调",
        **more,
    }
    values["case_number"] = values["case_number"] or case().number
    return actions.ask_lookup(**values, key=key, actor=actor, at=AT)


def test_nobody_looks_alone_or_without_a_case():
    woken()
    someone, place = person(), venue()
    keep([(someone.key, place.id, NOW, 1)])
    for change, refusal in (
        ({"case_number": " "}, errors.CaseNumberMissing),
        ({"case_number": "C-20260301-0001"}, errors.CaseNumberUnknown),
        ({"case_number": case().number, "actor": NEIGHBOUR_TRACER}, errors.CaseNumberUnknown),
        ({"reason": ""}, errors.ReasonMissing),
        ({"persons": []}, errors.PersonUnknown),
        ({"from_at": AT - 14 * DAY}, errors.WindowTooLong),
        ({"actor": KEEPER}, NotPermitted),
    ):
        with pytest.raises(refusal):
            ask(someone, **change)
    assert models.Lookup.objects.count() == 0
    question = ask(someone)
    with pytest.raises(errors.NotApproved):
        queries.answer_places(lookup_id=question.id, actor=TRACER, at=AT)
    decide = {"lookup_id": question.id, "approves": True, "expected_version": 1, "at": AT}
    with pytest.raises(errors.SecondPersonNeeded):
        actions.decide_lookup(**decide, actor=TRACER)
    approved = actions.decide_lookup(**decide, actor=SECOND)
    assert (approved.state, approved.decided_by) == (LookupState.APPROVED, SECOND.account)
    found = queries.answer_places(lookup_id=question.id, actor=TRACER, at=AT)
    assert [row[0] for row in found[someone.key]] == [place.id]
    with pytest.raises(errors.NotApproved):
        queries.answer_places(lookup_id=question.id, actor=TRACER, at=AT + DAY)
    with pytest.raises(errors.AlreadyAnswered):
        actions.decide_lookup(**{**decide, "expected_version": 2}, actor=THIRD)
    assert queries.get_lookup(lookup_id=question.id, actor=TRACER, at=AT).opened == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, reason FROM kernel_audit WHERE action = 'venues.ways_read'")
        assert cursor.fetchall() == [(TRACER.account, f"case {question.case_number}")]


def test_a_refused_question_is_never_answered():
    woken()
    question = ask(person())
    actions.decide_lookup(
        lookup_id=question.id, approves=False, expected_version=1, actor=SECOND, at=AT
    )
    with pytest.raises(errors.NotApproved):
        queries.answer_contacts(lookup_id=question.id, actor=TRACER, at=AT)

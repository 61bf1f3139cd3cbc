"""No tube and no person is lost or doubled, in whatever order scanners send, again and late."""

import itertools
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.epidemic.nucleic_acid import actions, models, queries
from kangmai.epidemic.nucleic_acid.types import Given, Outcome
from kangmai.identity import actions as identity
from kangmai.identity import queries as queried
from kangmai.kernel.actor import operator
from tests.epidemic.nucleic_acid.factories import (
    AT,
    COURIER,
    FOLLOWER,
    LABORATORY,
    LATER,
    MINUTE,
    NEGATIVE,
    POSITIVE,
    SAMPLER,
    TECHNICIAN,
    VILLAGE,
    VOID,
    as_resident,
    box,
    code,
    take,
    test_tubes,
    tube,
)


@pytest.fixture(scope="module")
def numbers(town):
    known = [each.index_number for each in town.residents[:8]]
    return [*known, *(f"guest-{n}" for n in range(4))]


@st.composite
def days(draw, numbers):
    """Tubes of a day: each person in one, some labels used for two tubes, some people in two."""
    order = draw(st.permutations(numbers))
    cuts = sorted({0, len(order), *draw(st.lists(st.integers(1, len(order) - 1), max_size=4))})
    people = [order[a:b] for a, b in itertools.pairwise(cuts)]
    labels = [code() for _ in people]
    if len(labels) > 1 and draw(st.booleans()):
        labels[-1] = labels[0]
    records = [
        replace(
            tube([], label=label),
            people=tuple(
                Given(each, AT + (10 + n) * MINUTE, name=f"客{each}" if "-" in each else "")
                for n, each in enumerate(inside)
            ),
            closed_at=AT + 40 * MINUTE,
        )
        for label, inside in zip(labels, people, strict=True)
    ]
    sent = draw(st.lists(st.sampled_from(records), max_size=6))
    return records, draw(st.permutations([*records, *sent])), draw(st.integers(1, 4))


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_person_is_in_the_tubes_or_in_a_kept_record_once(town, numbers, data):
    records, sent, size = data.draw(days(numbers))
    with transaction.atomic():
        outcomes: dict[UUID, set[Outcome]] = {}
        for n in range(0, len(sent), size):
            for taken in take(town, *sent[n : n + size]):
                outcomes.setdefault(taken.client_id, set()).add(taken.outcome)
        stored = {each.code: each.people for each in models.Tube.objects.all()}
        samples = models.Sample.objects.count()
        people = models.Sample.objects.values("person_id").distinct().count()
        kept = models.Incident.objects.filter(kind="tube_used_twice").count()
        transaction.set_rollback(True)
    first = {
        each.client_id
        for each in records
        if outcomes[each.client_id] & {Outcome.TAKEN, Outcome.HELD}
    }
    refused = {c for c, found in outcomes.items() if Outcome.REFUSED in found}
    assert first | refused == {each.client_id for each in records} and not first & refused
    assert stored == {r.code: len(r.people) for r in records if r.client_id in first}
    assert samples == people == sum(len(r.people) for r in records if r.client_id in first)
    assert kept == len(refused) == len(records) - len(stored)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_tube_ends_once_whatever_comes_first_and_twice(town, numbers, data):
    """Boxes before their tubes, tubes after their boxes were received, every message again."""
    inside = [numbers[n : n + 2] for n in range(0, 8, 2)]
    records = [tube(each) for each in inside]
    packed = box(*(each.code for each in records))
    cycles = [data.draw(st.sampled_from((NEGATIVE, POSITIVE, VOID))) for _ in records]
    late = data.draw(st.sets(st.integers(0, 3)))
    with transaction.atomic():
        for n, each in enumerate(records):
            if n not in late:
                take(town, each)
        for _ in range(data.draw(st.integers(1, 2))):
            actions.pack_boxes(site_id=town.site, records=[packed], actor=SAMPLER, at=LATER)
            actions.send_boxes(codes=[packed.code], carrier="王师傅", actor=COURIER, at=LATER)
        actions.receive_box(
            code=packed.code, laboratory=LABORATORY, tubes=None, temperature_c=None, actor=TECHNICIAN, at=LATER
        )  # fmt: skip
        take(town, *records)
        take(town, *reversed(records))
        for _ in range(2):  # a void tube is tested again
            test_tubes({r.code: c for r, c in zip(records, cycles, strict=True)})
        states = [models.Tube.objects.get(code=each.code).state for each in records]
        holds, samples = models.Hold.objects.count(), models.Sample.objects.count()
        in_box = models.Tube.objects.filter(box__code=packed.code, is_received=True).count()
        transaction.set_rollback(True)
    ends = {NEGATIVE: "negative", POSITIVE: "positive", VOID: "void"}
    assert states == [ends[each] for each in cycles]
    assert (in_box, samples, holds) == (4, 8, 2 * cycles.count(POSITIVE))


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_nobody_is_lost_or_doubled_when_residents_are_merged_and_separated(town, data):
    """Samples stay where they were written; who was seen under any of his numbers was seen, and counts once."""
    residents = town.residents[:5]
    everybody = st.integers(0, 4)
    sampled = data.draw(st.lists(everybody, min_size=1, max_size=6))
    merges = data.draw(st.lists(st.tuples(everybody, everybody), max_size=3))
    cut = data.draw(st.integers(0, len(sampled)))
    stands_for = {each: each for each in range(5)}
    with transaction.atomic():
        take(town, *(tube([residents[n].index_number]) for n in sampled[:cut]))
        for kept, retired in merges:
            if stands_for[kept] == kept and stands_for[retired] == retired and kept != retired:
                merged = {"reason": "同一人", "actor": operator("test"), "at": AT}
                identity.merge_residents(residents[kept].id, residents[retired].id, **merged)
                stands_for = {n: kept if to == retired else to for n, to in stands_for.items()}
        one_by_one = {each.id: set(queried.same_resident_ids(each.id)) for each in residents}
        assert one_by_one == queried.same_residents([each.id for each in residents])
        take(town, *(tube([residents[n].index_number]) for n in sampled[cut:]))
        counted = {"actor": FOLLOWER, "at": LATER}
        board = queries.board(town.round_id, **counted)
        by_site = sum(each.people for each in queries.site_lines(town.round_id, **counted))
        seen = sum(
            each.sampled
            for each in queries.unsampled_by_place(town.round_id, area=VILLAGE[:9], **counted)
        )
        missing = queries.unsampled_people(town.round_id, area=VILLAGE[:9], **counted).rows
        samples = models.Sample.objects.count()
        shown = [len(queries.my_tests(actor=as_resident(each), at=LATER)) for each in residents]
        transaction.set_rollback(True)
    assert shown == [sum(stands_for[n] == stands_for[k] for k in sampled) for n in range(5)]
    people = {stands_for[n] for n in sampled}
    assert (board.people, by_site, seen, samples) == (
        len(people),
        len(people),
        len(people),
        len(sampled),
    )
    assert not {each.id for each in missing} & {residents[n].id for n in people}

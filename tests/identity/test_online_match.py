"""Arriving Patients and registrations find their resident, or a person is asked, or a resident is made."""

import datetime
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from kangmai.identity import actions, errors, queries, reach
from kangmai.identity.fhir import witness_of_patient
from kangmai.identity.index.candidates import Candidate, find, scored
from kangmai.identity.index.frequencies import model_for, residents_expected
from kangmai.identity.index.keys import keys_of
from kangmai.identity.index.people import person_of, witness_of
from kangmai.identity.matching.batch.linkage import Scoring
from kangmai.identity.matching.learning.frequencies import shares_of
from kangmai.identity.matching.learning.weights import Prior, base_definition
from kangmai.identity.matching.preparation.columns import COLUMNS, columns
from kangmai.identity.matching.rules import base_weights
from kangmai.identity.matching.types import Decision
from kangmai.identity.models import Link, Resident
from kangmai.identity.types import Demographics, ReviewKind, Verdict
from kangmai.kernel import feed
from kangmai.kernel.ids import uuid7
from kangmai.records import queries as record
from kangmai.records.errors import ResourceNotFound
from tests.factories.actors import actor
from tests.factories.concurrency import at_once
from tests.factories.people import (
    AT,
    HERE,
    LI,
    LI_BORN,
    NEIGHBOUR,
    OPERATOR,
    card,
    links,
    number,
    patient_saying,
    register,
    send,
)


def found(known: Demographics) -> Decision:
    """What the index says of a person."""
    return find(witness_of(known), at=AT).decision


def reasons() -> dict[str, str]:
    return {id: reason for id, (_, _, reason) in links().items()}


def state_of(known: Demographics, **more) -> tuple[str, int | None, str]:
    """What becomes of a Patient that says this."""
    (sent,) = send(patient_saying(known, **more))
    feed.drain()
    return links()[sent]


def test_patient_that_agrees_is_linked_without_a_number(database):
    resident = register(LI)
    says = replace(LI, documents=(), name="李思元", place_code=NEIGHBOUR, address="东路8号")
    assert state_of(says) == ("linked", resident.id, "matched")


def test_explanation_is_kept_with_the_link_and_names_nobody(database):
    register(LI)
    (sent,) = send(patient_saying(replace(LI, documents=())))
    feed.drain()
    kept = bytes(Link.objects.get(patient_id=sent).explanation)
    assert b'"birth_date","equal"' in kept
    assert b'"phone","equal"' in kept
    for secret in ("李思远", "13512345678", "陈桂兰", "人民路"):
        assert secret.encode() not in kept


def test_patient_without_a_resident_is_registered_if_it_tells_enough(database):
    state, resident, reason = state_of(LI)
    assert (state, reason) == ("linked", "registered")
    made = queries.get_resident(resident, actor=OPERATOR, at=AT)
    assert (made.demographics.name, made.demographics.mother) == ("李思远", "陈桂兰")


@pytest.mark.parametrize(
    "change",
    [
        {"documents": ()},
        {"place_code": ""},
        {"birth_date": None},
        {"documents": card(number(LI_BORN, 32))},  # a woman's number
    ],
)
def test_patient_that_tells_too_little_waits(database, change):
    state, resident, reason = state_of(replace(LI, **change))
    assert (state, resident, reason) == ("waiting", None, "incomplete")
    (case,) = queries.search_reviews(actor=OPERATOR, at=AT)
    assert (case.kind, case.resident) == (ReviewKind.PATIENT, None)


@pytest.mark.parametrize(
    ("at_home", "at_the_desk"),
    [
        (datetime.date(1948, 3, 17), datetime.date(1948, 2, 7)),
        (datetime.date(1948, 2, 7), datetime.date(1948, 3, 17)),
        (datetime.date(2014, 10, 27), datetime.date(2014, 9, 4)),  # of the leap month
    ],
)
def test_lunar_date_finds_its_resident_without_a_phone(database, at_home, at_the_desk):
    elder = replace(LI, documents=(), birth_date=at_home, former_names=())
    resident = register(elder)
    says = replace(elder, phones=(), name="李远", birth_date=at_the_desk)
    assert not set(keys_of(witness_of(says))) & set(keys_of(witness_of(elder)))
    assert find(witness_of(says), at=AT).root == resident.id


def test_patient_that_waits_is_linked_when_its_resident_comes(database):
    says = replace(LI, documents=())
    assert state_of(says)[0] == "waiting"
    resident = register(LI)
    feed.drain()
    assert list(links().values()) == [("linked", resident.id, "matched")]
    assert queries.search_reviews(actor=OPERATOR, at=AT) == ()


def test_twins_are_left_to_a_person(database):
    born = datetime.date(2023, 5, 1)
    one = replace(LI, name="李子轩", birth_date=born, documents=())
    register(one)
    assert state_of(replace(one, name="李子涵"))[0] == "waiting"
    assert queries.search_reviews(actor=OPERATOR, at=AT)[0].kind is ReviewKind.PATIENT


def test_twins_with_numbers_are_two(database):
    born = datetime.date(2023, 5, 1)
    one = replace(LI, name="李子轩", birth_date=born, documents=card(number(born, 11)))
    first = register(one)
    second = register(replace(one, name="李子涵", documents=card(number(born, 13))))
    assert first.id != second.id
    assert state_of(one)[1] == first.id


def test_child_under_its_mothers_number_is_not_the_mother(database):
    mothers = card(number(datetime.date(1990, 2, 3), 42))
    mother = register(
        replace(
            LI, name="陈晓燕", sex_code="2", birth_date=datetime.date(1990, 2, 3), documents=mothers
        )
    )
    says = replace(
        LI,
        name="李梓涵",
        sex_code="2",
        birth_date=datetime.date(2021, 8, 9),
        documents=mothers,
        mother="陈晓燕",
    )
    state, resident, _ = state_of(says)
    assert (state, resident) == ("waiting", None)
    child = register(says)
    assert child.id != mother.id
    assert ReviewKind.DOCUMENT in {
        each.kind for each in queries.search_reviews(actor=OPERATOR, at=AT)
    }
    feed.drain()
    assert {resident for _, resident, _ in links().values()} == {child.id}
    assert (
        state_of(
            replace(
                LI,
                name="陈晓燕",
                sex_code="2",
                birth_date=datetime.date(1990, 2, 3),
                documents=mothers,
            )
        )[1]
        == mother.id
    )


def test_renamed_newborn_is_found_by_mother_and_birth(database):
    born = datetime.date(2025, 3, 4)
    child = register(
        replace(LI, name="陈晓燕之女", sex_code="2", birth_date=born, documents=(), mother="")
    )
    named = replace(
        LI,
        name="李梓涵",
        sex_code="2",
        birth_date=born,
        documents=card(number(born, 24)),
        mother="陈晓燕",
    )
    assert state_of(named) == ("linked", child.id, "matched")


def test_elder_with_a_lunar_date_is_found(database):
    born = datetime.date(1948, 3, 17)
    elder = register(replace(LI, name="黄桂兰", sex_code="2", birth_date=born, documents=()))
    lunar = replace(
        LI, name="黄桂兰", sex_code="2", birth_date=datetime.date(1948, 2, 7), documents=()
    )
    assert state_of(lunar) == ("linked", elder.id, "matched")


def test_number_of_15_digits_is_the_one_of_18(database):
    resident = register(LI)
    full = LI.documents[0].number
    old = replace(LI, documents=card(full[:6] + full[8:17]), phones=(), address="", mother="")
    assert state_of(old) == ("linked", resident.id, "matched")


def test_foreigners_new_card_finds_the_old_one(database):
    born = datetime.date(1981, 8, 3)
    old = Demographics(
        name="Amanda Okonkwo",
        sex_code="2",
        birth_date=born,
        place_code=HERE,
        documents=card("USA440081080312", "P233"),
        phones=("13512345678",),
    )
    resident = register(old)
    from kangmai.standards.identity_numbers import make_identity_number

    new = make_identity_number(region="944840", birth_on=born, sequence=2)
    assert state_of(replace(old, documents=card(new, "P233"))) == ("linked", resident.id, "matched")


def test_two_of_one_common_name_born_the_same_day_are_never_linked_by_that_alone(database):
    wei = Demographics("王伟", "1", datetime.date(1980, 5, 1), HERE)
    first = register(wei)
    assert state_of(wei)[0] == "waiting"
    second = register(replace(wei, phones=("13987654321",)))
    assert second.id != first.id
    kinds = [each.kind for each in queries.search_reviews(actor=OPERATOR, at=AT)]
    assert kinds.count(ReviewKind.DUPLICATE) == 1


def test_default_phones_bring_nobody_together(database):
    register(replace(LI, phones=("13800000000",), documents=(), mother=""))
    other = Demographics("赵敏", "2", datetime.date(1971, 1, 2), HERE, phones=("13800000000",))
    assert keys_of(witness_of(other)) == keys_of(witness_of(replace(other, phones=())))
    assert found(other) is Decision.NEW


def test_300_people_at_one_address_with_one_phone_do_not_run_together(database):
    people = [
        Demographics(
            "赵钱孙李周吴郑王冯陈"[n % 10]
            + "春夏秋冬风花雪月梅兰"[n // 10 % 10]
            + "一二三四"[n // 100],
            "12"[n % 2],
            datetime.date(1940, 1, 1) + datetime.timedelta(days=37 * n),
            HERE,
            phones=("0758-2266001",),
            address="夕阳红养老院",
        )
        for n in range(310)
    ]
    drafts = [actions.ResidentDraft(str(uuid7()), each) for each in people]
    loaded = actions.load_residents(drafts, is_invented=True, actor=OPERATOR, at=AT)
    stranger = replace(people[0], name="欧阳修", birth_date=datetime.date(1951, 6, 7))
    assert find(witness_of(stranger), at=AT).scores == ()
    assert find(witness_of(people[5]), at=AT).root == loaded[5].id


@pytest.mark.parametrize("name", ["无名氏", "未知", "新生儿"])
def test_placeholder_names_match_nobody(database, name):
    register(replace(LI, name=name, documents=(), phones=(), mother="", address=""))
    again = Demographics(name, "1", LI_BORN, NEIGHBOUR)
    assert found(again) is not Decision.LINK


def test_fifty_patients_of_one_new_person_make_one_resident(database):
    send(*[patient_saying(LI) for _ in range(50)])
    rids = sorted(
        each.rid for each in record.search("Patient", "_count=100", actor=OPERATOR, at=AT).matches
    )
    patients = iter(queries.patients_by_row(rids))
    at_once(
        10, lambda: actions.link_patients([next(patients) for _ in range(5)], actor=OPERATOR, at=AT)
    )
    assert Resident.objects.count() == 1
    assert {resident for _, resident, _ in links().values()} == {Resident.objects.get().id}
    assert len(links()) == 50


def test_fifty_registrations_of_one_person_without_a_number_make_one_resident(database):
    def attempt() -> bool:
        try:
            register(replace(LI, documents=()))
        except errors.ResidentExists:
            return False
        return True

    assert sum(at_once(50, attempt)) == 1
    assert Resident.objects.count() == 1


def test_the_same_message_a_hundred_times_makes_one_link(database):
    register(LI)
    send(patient_saying(LI))
    feed.drain()
    before = Link.objects.values().get()
    (patient,) = queries.patients_by_row([before["patient_rid"]])
    later = AT + datetime.timedelta(hours=1)
    for _ in range(100):
        actions.link_patients([patient], actor=OPERATOR, at=later)
    assert Link.objects.values().get() == before


def test_the_same_form_twice_makes_one_resident(database):
    key = uuid7()
    first = register(LI, key=key)
    assert register(LI, key=key) == first


def test_registrar_may_state_that_somebody_alike_is_another(database):
    first = register(replace(LI, documents=()))
    twin_like = replace(LI, documents=())
    with pytest.raises(errors.ResidentExists) as refusal:
        register(twin_like)
    assert first.index_number in str(refusal.value)
    second = register(twin_like, seen=[first.id])
    assert second.id != first.id
    with pytest.raises(errors.DecidedDifferent):
        actions.merge_residents(first.id, second.id, reason="x", actor=OPERATOR, at=AT)


def test_warning_before_registration(database):
    resident = register(LI)
    elsewhere = actor(places=[NEIGHBOUR], organizations=[9])
    (similar,) = queries.similar_residents(
        replace(LI, place_code=NEIGHBOUR, documents=()), actor=elsewhere, at=AT
    )
    assert (similar.resident.id, similar.is_certain, similar.is_inside) == (
        resident.id,
        True,
        False,
    )
    assert ("phone", "equal") in {(each.field, each.level) for each in similar.explained.evidence}


def test_what_a_person_decided_is_never_changed(database):
    resident = register(LI)
    (sent,) = send(patient_saying(replace(LI, name="李四", documents=(), phones=())))
    feed.drain()
    if links()[sent][0] == "linked":
        pytest.fail("the pair was meant for review")
    (case,) = queries.search_reviews(actor=OPERATOR, at=AT)
    decided = queries.get_case(case.id, actor=OPERATOR, at=AT)
    assert [each.resident.id for each in decided.candidates] == [resident.id]
    actions.decide(
        case.id,
        Verdict.SAME,
        resident_id=resident.id,
        expected_version=case.version,
        actor=OPERATOR,
        at=AT,
    )
    rid = Link.objects.get().patient_rid
    (patient,) = queries.patients_by_row([rid])
    actions.link_patients([patient], again=True, actor=OPERATOR, at=AT)
    assert links()[sent] == ("linked", resident.id, "by_hand")


def test_online_score_equals_batch_score_for_10000_random_pairs(database, people_file: pa.Table):
    rows = people_file.slice(0, 400).to_pylist()
    people = [_known(row) for row in rows]
    drafts = [actions.ResidentDraft(str(uuid7()), each) for each in people]
    actions.load_residents(drafts, is_invented=True, actor=OPERATOR, at=AT)
    actions.count_frequencies(at=AT)
    witnesses = [witness_of(each) for each in people]
    table = pa.table(
        {
            name: pa.array(
                [getattr(person_of(each), name) or None for each in witnesses], pa.string()
            )
            for name in COLUMNS
        }
    )
    c = columns(table)
    random = np.random.default_rng(5)
    left, right = random.integers(0, len(people), (2, 10_000))
    given = base_definition()["prior"]
    prior = Prior(given["index_known"], given["index_household"], float(residents_expected(AT)))
    in_file, _ = Scoring(c, shares_of(c), base_weights(), prior).probabilities(left, right)

    def models(record):
        return model_for(record, AT)

    online = [
        scored(witnesses[a], [Candidate(b, b, people[b], False)], models)[0][1].probability
        for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert online == pytest.approx(in_file.tolist(), rel=1e-9, abs=1e-15)


def _known(row: dict[str, str | None]) -> Demographics:
    """A row of the benchmark's file as a master row; a number that cannot be one is kept as it stands."""
    text = {key: value or "" for key, value in row.items()}
    try:
        born = datetime.date.fromisoformat(text["birth_date"])
    except ValueError:
        born = None
    return Demographics(
        name=text["name"],
        sex_code={"男": "1", "女": "2"}.get(text["sex"], "0"),
        birth_date=born,
        place_code=HERE,
        documents=card(text["id_number"]) if text["id_number"] else (),
        phones=(text["phone"],) if text["phone"] else (),
        address=text["address"],
        mother=text.get("mother", ""),
    )


def test_bulk_load_writes_the_keys_that_registration_writes(database):
    from django.db import connection

    def stored() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT key FROM identity_key ORDER BY key")
            return [key for (key,) in cursor.fetchall()]

    register(LI)
    by_registration = stored()
    drafts = [actions.ResidentDraft(str(uuid7()), LI)]
    actions.load_residents(drafts, is_invented=True, actor=OPERATOR, at=AT)
    assert stored() == sorted(by_registration * 2)
    assert len(by_registration) == 6


def test_correction_changes_what_a_resident_is_found_by(database):
    resident = register(replace(LI, documents=()))
    actions.correct_resident(
        resident.id,
        replace(LI, name="李改名", former_names=("李思远",), documents=()),
        expected_version=1,
        actor=OPERATOR,
        at=AT,
    )
    for name in ("李改名", "李思远"):
        assert (
            find(witness_of(Demographics(name, "1", LI_BORN, NEIGHBOUR)), at=AT).root == resident.id
        )
    actions.correct_resident(
        resident.id,
        replace(LI, name="李改名", documents=()),
        expected_version=2,
        actor=OPERATOR,
        at=AT,
    )
    gone = find(
        witness_of(Demographics("李思远", "1", datetime.date(1986, 4, 13), NEIGHBOUR)), at=AT
    )
    assert gone.root is None


def test_sender_alone_sees_what_waits(database):
    (sent,) = send(patient_saying(replace(LI, documents=())))
    feed.drain()
    hospital = actor(organizations=[71])
    assert record.get("Patient", sent, actor=hospital, at=AT).id == sent
    with pytest.raises(ResourceNotFound):
        record.get("Patient", sent, actor=actor(places=["44"]), at=AT)


def test_what_a_patient_says_of_a_person():
    patient = {
        "name": [
            {"use": "old", "text": "李小远"},
            {"use": "official", "family": "李", "given": ["思远"]},
        ],
        "birthDate": "1986-04",
        "telecom": [
            {"system": "email", "value": "x@y"},
            {"system": "phone", "value": "135 1234 5678"},
        ],
    }
    says = witness_of_patient({"resourceType": "Patient", **patient}, on=AT.date())
    assert (says.known.name, says.known.former_names) == ("李思远", ("李小远",))
    assert (says.birth, says.known.birth_date) == ("1986-04", None)
    assert says.known.phones == ("135 1234 5678",)


def test_reach_of_a_row_is_that_of_the_query(database):
    resident = register(LI)
    row = Resident.objects.get(id=resident.id)
    reaches = [
        {"places": [HERE]},
        {"places": ["441202"]},
        {"places": [NEIGHBOUR]},
        {"organizations": [7]},
        {"organizations": [8]},
        {"residents": [resident.id]},
        {"places": [HERE], "objections": [resident.id]},
        {},
    ]
    scopes = [actor(**each).scope for each in reaches] + [OPERATOR.scope]
    by_row = [reach.reaches(scope, row) for scope in scopes]
    assert by_row == [reach.inside(scope).filter(id=row.id).exists() for scope in scopes]
    assert by_row == [True, True, False, True, False, True, False, False, True]

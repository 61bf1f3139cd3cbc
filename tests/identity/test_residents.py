"""Residents are registered once, linked by exact documents, and seen from where they live."""

import datetime

import orjson
import pytest

from kangmai.identity import actions, errors, queries, rules
from kangmai.identity.types import Demographics, IdentityDocument, ReviewKind
from kangmai.kernel import feed
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.records import actions as records
from kangmai.records import queries as record
from kangmai.records.errors import ReadOnlyProjection, ResourceNotFound
from kangmai.records.types import Operation, Source, Verb
from kangmai.standards.errors import IdentityNumberIncorrect
from kangmai.standards.identity_numbers import make_identity_number
from tests.factories.actors import actor
from tests.factories.concurrency import at_once
from tests.factories.fhir import INDEX_DOCUMENT, observation, patient

AT = datetime.datetime(2026, 3, 1, 2, tzinfo=datetime.UTC)
HERE, NEIGHBOUR = "441202001002", "441203001001"
NUMBER = make_identity_number(region="441202", birth_on=datetime.date(1950, 5, 6), sequence=124)
OPERATOR = operator("test")
HOSPITAL, OTHER_HOSPITAL = 71, 72


def person(**more) -> Demographics:
    given = {
        "name": "李丽",
        "sex_code": "2",
        "birth_date": datetime.date(1950, 5, 6),
        "place_code": HERE,
        "documents": (IdentityDocument("01", NUMBER),),
        "phones": ("13500000001",),
    }
    return Demographics(**{**given, **more})


def register(**more):
    return actions.register_resident(person(**more), managing_org=7, actor=OPERATOR, at=AT)


def send_patient(*, organization: int, number: str | None = NUMBER, **more) -> str:
    """A hospital sends a Patient of its own; returns the FHIR id."""
    if number:
        more["identifier"] = [{"system": INDEX_DOCUMENT, "value": number}]
    return send(patient(**more), organization=organization)


def send(resource: dict, *, organization: int) -> str:
    operation = Operation(Verb.CREATE, resource["resourceType"], raw=orjson.dumps(resource))
    sender = Source(f"hospital-{organization}", organization)
    (outcome,) = records.transact([operation], source=sender, actor=OPERATOR, at=AT)
    return outcome.id


def may_read(who, kind: str, id: str) -> bool:
    try:
        record.get(kind, id, actor=who, at=AT)
    except ResourceNotFound:
        return False
    return True


def test_registered_resident_has_a_home_patient(database):
    resident = register()
    assert resident.index_number == rules.index_number(resident.id)
    home = orjson.loads(record.get("Patient", resident.patient_id, actor=OPERATOR, at=AT).body)
    assert home["name"][0] == {"use": "official", "text": "李丽", "family": "李", "given": ["丽"]}
    assert home["birthDate"] == "1950-05-06"
    assert {i["value"] for i in home["identifier"]} == {resident.index_number, NUMBER}


def test_home_patient_cannot_be_changed_through_the_record(database):
    resident = register()
    changed = patient(id=resident.patient_id)
    operation = Operation(Verb.UPDATE, "Patient", resident.patient_id, orjson.dumps(changed))
    with pytest.raises(ReadOnlyProjection):
        records.transact([operation], actor=OPERATOR, at=AT)
    assert queries.get_resident(resident.id, actor=OPERATOR, at=AT).demographics.name == "李丽"


def test_nothing_that_names_a_person_stands_in_the_clear(database):
    from django.db import connection

    register(address="端州区幸福路1号")
    with connection.cursor() as cursor:
        for table in (
            "res",
            "identity_resident",
            "identity_document",
            "tok",
            "str",
            "kernel_audit",
            "kernel_event",
        ):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            text = cursor.fetchone()[0] or ""
            for secret in ("李丽", NUMBER, "13500000001", "幸福路"):
                assert secret not in text, table


def test_second_registration_of_a_document_is_refused(database):
    first = register()
    with pytest.raises(errors.DocumentTaken) as refusal:
        register(name="李莉")
    assert first.index_number in str(refusal.value)
    assert len(queries.search_village(HERE, actor=OPERATOR, at=AT)) == 1


def test_fifty_at_once_make_one_resident(database):
    def attempt() -> str:
        try:
            return register().index_number
        except errors.DocumentTaken:
            return ""

    made = [number for number in at_once(20, attempt) if number]
    assert len(made) == 1
    assert len(queries.search_village(HERE, actor=OPERATOR, at=AT)) == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "  "}, errors.NameMissing),
        ({"sex_code": "7"}, errors.SexUnknown),
        ({"birth_date": datetime.date(2026, 3, 2)}, errors.BirthInFuture),
        ({"place_code": "999999"}, errors.PlaceUnknown),
        ({"documents": (IdentityDocument("01", NUMBER[:-1] + "A"),)}, IdentityNumberIncorrect),
    ],
)
def test_wrong_demographics_are_refused_and_nothing_is_made(database, change, error):
    with pytest.raises(error):
        register(**change)
    assert queries.search_village("44", actor=OPERATOR, at=AT) == []
    assert record.count_types(actor=OPERATOR) == {}


@pytest.mark.parametrize("change", [{"birth_date": datetime.date(1951, 5, 6)}, {"sex_code": "1"}])
def test_number_that_disagrees_goes_to_review_while_the_person_is_registered(database, change):
    resident = register(**change)
    (case,) = queries.search_reviews(actor=OPERATOR, at=AT)
    assert (case.kind, case.resident.id) == (ReviewKind.DOCUMENT, resident.id)


def test_registration_needs_the_right_at_that_place(database):
    doctor = actor(places=["441202002"])
    with pytest.raises(NotPermitted):
        actions.register_resident(person(), managing_org=None, actor=doctor, at=AT)


def test_incoming_patient_links_by_document_and_joins_the_resident(database):
    resident = register()
    sent = send_patient(organization=HOSPITAL)
    reading = send(observation(f"Patient/{sent}"), organization=HOSPITAL)
    village = actor(places=[HERE])
    assert not may_read(village, "Observation", reading)  # nobody has matched the Patient yet
    feed.drain()
    assert may_read(village, "Observation", reading)
    found = queries.get_resident(resident.id, actor=village, at=AT)
    assert found.linked_patients == (sent,)


def test_scope_by_place_author_and_label(database):
    register()
    sent = send_patient(organization=HOSPITAL)
    normal = send(observation(f"Patient/{sent}"), organization=HOSPITAL)
    psychosis = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "F20.0"}]}
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{sent}"},
        "code": psychosis,
    }
    mental = send(condition, organization=HOSPITAL)
    feed.drain()
    from kangmai.kernel.actor import Label

    table = {
        "village": (actor(places=[HERE]), True, False),
        "mental health worker": (
            actor(places=[HERE], labels=[Label.NORMAL, Label.MENTAL_HEALTH]),
            True,
            True,
        ),
        "neighbour village": (actor(places=[NEIGHBOUR]), False, False),
        "township above": (actor(places=["441202001"]), True, False),
        "author": (actor(organizations=[HOSPITAL]), True, False),
        "other hospital": (actor(organizations=[OTHER_HOSPITAL]), False, False),
        "managing institution": (actor(organizations=[7]), True, False),
        "nobody": (actor(), False, False),
    }
    for name, (who, sees_normal, sees_mental) in table.items():
        assert may_read(who, "Observation", normal) is sees_normal, name
        assert may_read(who, "Condition", mental) is sees_mental, name
        found = record.search("Observation", "", actor=who, at=AT)
        assert bool(found.matches) is sees_normal, name
        assert (
            bool(record.search("Condition", "_total=accurate", actor=who, at=AT).total)
            is sees_mental
        ), name
        history = record.search_history(types=["Observation"], actor=who, at=AT)
        assert bool(history) is sees_normal, name
        assert bool(queries.search_residents("李丽", actor=who, at=AT)) is (
            sees_normal and name != "author"
        ), name


def test_unmatched_patient_is_seen_by_its_sender_only(database):
    sent = send_patient(organization=HOSPITAL, number=None)
    feed.drain()
    assert queries.count_waiting(actor=OPERATOR) == 1
    assert may_read(actor(organizations=[HOSPITAL]), "Patient", sent)
    assert not may_read(actor(places=["44"]), "Patient", sent)


def test_shared_document_waits_for_a_person(database):
    register()
    other = register(name="王伟", documents=(), phones=())
    actions.correct_resident(
        other.id, person(name="王伟"), expected_version=1, actor=OPERATOR, at=AT
    )
    sent = send_patient(organization=HOSPITAL)
    feed.drain()
    assert queries.count_waiting(actor=OPERATOR) == 1
    assert not may_read(actor(places=[HERE]), "Patient", sent)


def test_move_takes_the_whole_record_along(database):
    resident = register()
    sent = send_patient(organization=HOSPITAL)
    feed.drain()
    actions.move_resident(
        resident.id,
        place_code=NEIGHBOUR,
        address="",
        managing_org=8,
        expected_version=1,
        actor=OPERATOR,
        at=AT,
    )
    old, new = actor(places=[HERE], organizations=[7]), actor(places=[NEIGHBOUR])
    assert [may_read(old, "Patient", id) for id in (sent, resident.patient_id)] == [False, False]
    assert [may_read(new, "Patient", id) for id in (sent, resident.patient_id)] == [True, True]
    with pytest.raises(errors.ResidentNotFound):
        queries.get_resident(resident.id, actor=old, at=AT)


def test_objection_leaves_only_what_one_wrote_oneself(database):
    resident = register()
    mine = send_patient(organization=HOSPITAL)
    theirs = send_patient(organization=OTHER_HOSPITAL)
    feed.drain()
    village = actor(places=[HERE], organizations=[HOSPITAL], objections=[resident.id])
    assert may_read(village, "Patient", mine)
    assert not may_read(village, "Patient", theirs)


def test_stale_correction_is_refused(database):
    resident = register()
    actions.correct_resident(
        resident.id, person(name="李莉"), expected_version=1, actor=OPERATOR, at=AT
    )
    with pytest.raises(errors.ResidentChanged):
        actions.correct_resident(
            resident.id, person(name="李力"), expected_version=1, actor=OPERATOR, at=AT
        )
    assert queries.get_resident(resident.id, actor=OPERATOR, at=AT).demographics.name == "李莉"


def test_search_by_name_pinyin_initials_phone_and_number(database):
    resident = register()
    register(name="单伟", documents=(), sex_code="1", birth_date=None, phones=())
    for text in ("李", "李丽", "lili", "ll", "13500000001", NUMBER, resident.index_number):
        found = queries.search_residents(text, actor=OPERATOR, at=AT)
        assert [r.demographics.name for r in found] == ["李丽"], text
    assert [
        r.demographics.name for r in queries.search_residents("shan", actor=OPERATOR, at=AT)
    ] == ["单伟"]
    assert queries.search_residents("无此人", actor=OPERATOR, at=AT) == []


def test_bulk_load_equals_single_registration(database):
    single = register()
    drafts = [
        actions.ResidentDraft(
            "01a0-bulk", person(name="王伟", documents=(), phones=()), managing_org=7
        )
    ]
    (loaded,) = actions.load_residents(drafts, is_invented=True, actor=OPERATOR, at=AT)
    found = queries.get_resident(loaded.id, actor=actor(places=[HERE]), at=AT)
    assert (found.demographics.name, found.is_invented) == ("王伟", True)
    assert found.index_number == rules.index_number(loaded.id)
    assert [r.id for r in queries.search_village(HERE, actor=OPERATOR, at=AT)] == [
        single.id,
        loaded.id,
    ]


@pytest.mark.parametrize("resident_id", [1, 42, 4113594])
def test_index_number_has_a_check_digit(resident_id):
    number = rules.index_number(resident_id)
    digits = [int(d) for d in reversed(number)]
    doubled = sum(
        d if n % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for n, d in enumerate(digits)
    )
    assert len(number) == 13
    assert doubled % 10 == 0


def test_timeline_goes_by_what_happened_when_not_by_arrival(database):
    resident = register()
    sent = send_patient(organization=HOSPITAL)
    days = ["2026-02-03", "2024-05-01", "2025-11-20T09:00:00+08:00"]
    for day in days:
        send(observation(f"Patient/{sent}", effectiveDateTime=day), organization=HOSPITAL)
    feed.drain()
    village = actor(places=[HERE])
    patients = queries.get_resident(resident.id, actor=village, at=AT)
    ids = (patients.patient_id, *patients.linked_patients)
    seen, place = [], None
    while page := record.timeline(
        ids, types=["Observation"], before=place, limit=2, actor=village, at=AT
    ):
        seen += [orjson.loads(entry.resource.body)["effectiveDateTime"] for entry in page]
        place = page[-1].place
    assert seen == [days[0], days[2], days[1]]


def test_resident_opens_his_own_record_and_no_other(database):
    mine = register()
    other = register(name="王伟", documents=(), phones=())
    me = actor(residents=[mine.id], permissions=["own.record", "records.read"])
    assert queries.get_resident(mine.id, actor=me, at=AT).demographics.name == "李丽"
    with pytest.raises(NotPermitted):
        queries.get_resident(other.id, actor=me, at=AT)
    with pytest.raises(NotPermitted):
        queries.search_residents("李丽", actor=me, at=AT)

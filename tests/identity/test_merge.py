"""Merging moves nothing, undoing restores everything; what people decide outranks the index for ever."""

import datetime
import hashlib
from dataclasses import replace

import pytest
from django.db import connection

from kangmai.identity import actions, errors, queries
from kangmai.identity.models import Link
from kangmai.identity.types import ReviewKind, Verdict
from kangmai.kernel import feed
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.ids import IndexNumber, ResidentId, uuid7
from kangmai.records import queries as record
from kangmai.records.errors import ResourceNotFound
from tests.factories.actors import actor
from tests.factories.people import (
    AT,
    HERE,
    HOSPITAL,
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

LATER = AT + datetime.timedelta(days=30)
WHO = """SELECT string_agg(row, E'\\n' ORDER BY row) FROM (
  SELECT format('resident %%s %%s %%s %%s', id, merged_into_id, place_code, encode(details, 'hex')) AS row
  FROM identity_resident
  UNION ALL SELECT format('link %%s %%s %%s %%s %%s %%s', patient_rid, resident_id, state, reason, is_manual,
                          encode(explanation, 'hex')) FROM identity_link
  UNION ALL SELECT format('subject %%s %%s %%s %%s', rid, resident_id, place_code, managing_org) FROM subject
  UNION ALL SELECT format('key %%s %%s', key, resident_id) FROM identity_key
) AS rows"""


def state() -> str:
    """A hash over who is who, what is linked and where everything is placed."""
    with connection.cursor() as cursor:
        cursor.execute(WHO.replace("%%", "%"))
        return hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()


ELSEWHERE = replace(
    LI,
    name="李思元",
    birth_date=datetime.date(1986, 12, 4),
    place_code=NEIGHBOUR,
    documents=(),
    phones=("13987654321",),
    address="东路8号",
    mother="",
)
"""The same man, registered a second time after he moved: his name by ear, day and month exchanged."""


def two() -> tuple[ResidentId, ResidentId]:
    first = register(LI)
    second = register(ELSEWHERE)
    return first.id, second.id


def merge(kept: int, retired: int, **more) -> None:
    given = {"reason": "同一人", "actor": OPERATOR, "at": AT}
    actions.merge_residents(ResidentId(kept), ResidentId(retired), **(given | more))


def unmerge(retired: int, **more) -> None:
    given = {"reason": "不是同一人", "actor": OPERATOR, "at": LATER}
    actions.unmerge_resident(ResidentId(retired), **(given | more))


def may_read(who, id: str) -> bool:
    try:
        record.get("Patient", id, actor=who, at=AT)
    except ResourceNotFound:
        return False
    return True


def test_merge_places_the_whole_record_under_the_kept_resident(database):
    kept, retired = two()
    (sent,) = send(patient_saying(ELSEWHERE))
    feed.drain()
    home = queries.get_resident(retired, actor=OPERATOR, at=AT).patient_id
    merge(kept, retired)
    assert queries.current(retired) == kept
    resident = queries.get_resident(retired, actor=OPERATOR, at=AT)
    assert (resident.id, set(resident.linked_patients)) == (kept, {home, sent})
    assert [may_read(actor(places=[HERE]), each) for each in (home, sent)] == [True, True]
    assert [may_read(actor(places=[NEIGHBOUR]), each) for each in (home, sent)] == [False, False]
    assert links()[sent][1] == retired  # nothing moved


def test_merge_is_told_in_the_projections(database):
    import orjson

    kept, retired = two()
    merge(kept, retired)
    old = record.get("Patient", _patient_id(retired), actor=OPERATOR, at=AT)
    new = record.get("Patient", _patient_id(kept), actor=OPERATOR, at=AT)
    assert orjson.loads(old.body)["active"] is False
    assert orjson.loads(old.body)["link"][0] == {
        "other": {"reference": f"Patient/{_patient_id(kept)}"},
        "type": "replaced-by",
    }
    assert orjson.loads(new.body)["link"][0]["type"] == "replaces"
    unmerge(retired)
    old = record.get("Patient", _patient_id(retired), actor=OPERATOR, at=AT)
    assert orjson.loads(old.body)["active"] is True
    assert "link" not in orjson.loads(old.body)


def _patient_id(resident: int) -> str:
    from kangmai.identity.models import Resident

    return Resident.objects.get(id=resident).patient_id


def test_merge_late_record_unmerge_is_as_if_never_merged(database):
    kept, retired = two()
    send(patient_saying(ELSEWHERE))
    feed.drain()
    before = state()
    merge(kept, retired)
    assert state() != before
    unmerge(retired)
    assert state() == before

    merge_again_is_refused(kept, retired)


def merge_again_is_refused(kept: int, retired: int) -> None:
    with pytest.raises(errors.DecidedDifferent):
        merge(kept, retired)


def _late_records() -> list[str]:
    """Three records that arrive late: of the one, of the other, and one that fits both equally."""
    both = replace(LI, documents=(), phones=ELSEWHERE.phones, address="", place_code="", mother="")
    ids = [send(patient_saying(each))[0] for each in (LI, ELSEWHERE, both)]
    feed.drain()
    return ids


def test_late_records_go_where_they_would_have_gone(database):
    kept, retired = two()
    merge(kept, retired)
    to_first, to_second, to_both = _late_records()
    merged = links()
    assert {merged[each][0] for each in (to_first, to_second, to_both)} == {"linked"}
    unmerge(retired)
    after = links()
    assert [after[each][1] for each in (to_first, to_second)] == [kept, retired]
    with_merge = state()

    for link in Link.objects.all():  # the same arrivals, had the two never been merged
        link.delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM subject WHERE rid NOT IN (SELECT patient_rid FROM identity_resident)"
        )
    rids = sorted(
        each.rid for each in record.search("Patient", "_count=50", actor=OPERATOR, at=AT).matches
    )
    homes = set(_homes())
    actions.link_patients(
        queries.patients_by_row([rid for rid in rids if rid not in homes]), actor=OPERATOR, at=AT
    )
    assert state() == with_merge


def _homes() -> list[int]:
    from kangmai.identity.models import Resident

    return list(Resident.objects.values_list("patient_rid", flat=True))


def test_chain_of_merges_comes_apart_in_any_order(database):
    kept, retired = two()
    third = register(replace(ELSEWHERE, phones=("13711112222",), address="西路1号")).id
    before = state()
    merge(retired, third)
    merge(kept, retired)
    assert queries.current(third) == kept
    assert len(queries.patient_rids(third)) == 3
    unmerge(third)
    assert queries.current(third) == third
    unmerge(retired)
    assert state() == before


def test_history_of_merges_is_kept(database):
    kept, retired = two()
    merge(kept, retired)
    unmerge(retired)
    (line,) = queries.merges_of(kept, actor=OPERATOR)
    assert (line.reason, line.merged_at, line.undone_at) == ("同一人", AT, LATER)
    assert isinstance(line.kept, str)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda a, b: merge(a, a), errors.MergeWithItself),
        (lambda a, b: merge(a, b, reason=" "), errors.ReasonMissing),
        (lambda a, b: merge(a, 999_999), errors.ResidentNotFound),
        (lambda a, b: merge(a, b, actor=actor(places=[HERE])), errors.ResidentNotFound),
        (
            lambda a, b: merge(a, b, actor=actor(places=["4412"], permissions=["identity.write"])),
            NotPermitted,
        ),
        (lambda a, b: unmerge(b), errors.NotMerged),
        (lambda a, b: unmerge(999_999), errors.ResidentNotFound),
    ],
)
def test_refused_merges_change_nothing(database, act, error):
    kept, retired = two()
    before = state()
    with pytest.raises(error):
        act(kept, retired)
    assert state() == before


def test_merged_resident_cannot_be_merged_again(database):
    kept, retired = two()
    merge(kept, retired)
    with pytest.raises(errors.AlreadyMerged):
        merge(kept, retired)


def open_case(kind: ReviewKind, who=OPERATOR):
    (line,) = queries.search_reviews(kind=kind, actor=who, at=AT)
    return queries.get_case(line.id, actor=who, at=AT)


def decide(case, verdict: Verdict, resident: int, who=OPERATOR, **more) -> None:
    given = {"expected_version": case.version, "actor": who, "at": LATER}
    actions.decide(case.id, verdict, resident_id=ResidentId(resident), **(given | more))


def review_between_residents() -> tuple[int, int]:
    """Two residents of one rare name, born the same day, whom only a person can tell apart."""
    one = replace(LI, documents=(), phones=(), address="", mother="")
    first = register(one)
    second = register(replace(one, phones=("13987654321",)))
    return first.id, second.id


def test_reviewer_finds_two_residents_to_be_one(database):
    first, second = review_between_residents()
    decide(open_case(ReviewKind.DUPLICATE), Verdict.SAME, second)
    assert queries.current(ResidentId(first)) == second
    assert queries.search_reviews(actor=OPERATOR, at=AT) == ()


@pytest.mark.parametrize("verdict", [Verdict.DIFFERENT, Verdict.HOUSEHOLD])
def test_reviewer_finds_two_residents_to_be_two_for_ever(database, verdict):
    first, second = review_between_residents()
    decide(open_case(ReviewKind.DUPLICATE), verdict, first)
    assert queries.current(ResidentId(first)) == first
    merge_again_is_refused(first, second)


def test_later_puts_a_case_behind_the_others(database):
    first, _second = review_between_residents()
    register(replace(LI, documents=(), phones=(), address="", mother="", name="尉迟稚圭"))
    register(
        replace(LI, documents=(), phones=("13511112222",), address="", mother="", name="尉迟稚圭")
    )
    (oldest, other) = queries.search_reviews(actor=OPERATOR, at=AT)
    case = queries.get_case(oldest.id, actor=OPERATOR, at=AT)
    decide(case, Verdict.LATER, first)
    assert [each.id for each in queries.search_reviews(actor=OPERATOR, at=AT)] == [
        other.id,
        oldest.id,
    ]


def test_case_that_changed_meanwhile_is_not_decided(database):
    first, _second = review_between_residents()
    case = open_case(ReviewKind.DUPLICATE)
    decide(case, Verdict.LATER, first)
    with pytest.raises(errors.ReviewChanged):
        decide(case, Verdict.SAME, first)
    with pytest.raises(errors.NotOfThisCase):
        decide(open_case(ReviewKind.DUPLICATE), Verdict.SAME, 999_999)


def test_patient_that_is_not_the_residents_is_decided_again_without_him(database):
    resident = register(replace(LI, documents=(), phones=(), address="", mother=""))
    (sent,) = send(patient_saying(replace(LI, documents=(), address="")))
    feed.drain()
    case = open_case(ReviewKind.PATIENT)
    decide(case, Verdict.DIFFERENT, resident.id)
    assert links()[sent] == ("waiting", None, "incomplete")
    rest = open_case(ReviewKind.PATIENT)
    assert rest.candidates == ()
    rid = Link.objects.get().patient_rid
    actions.link_patients(queries.patients_by_row([rid]), again=True, actor=OPERATOR, at=LATER)
    assert links()[sent][0] == "waiting"


def test_conflicting_history_is_offered_for_splitting(database):
    resident = register(LI)
    woman = replace(
        LI, sex_code="2", birth_date=datetime.date(1986, 4, 21), documents=(), name="李思媛"
    )
    mine, hers = [send(patient_saying(each))[0] for each in (LI, woman)]
    feed.drain()
    if links()[hers][0] == "waiting":
        case = open_case(ReviewKind.PATIENT)
        decide(case, Verdict.SAME, resident.id)
    split = open_case(ReviewKind.SPLIT)
    assert {each.id: each.says.sex_code for each in split.linked} == {mine: "1", hers: "2"}
    actions.separate_patients(resident.id, [hers], reason="张冠李戴", actor=OPERATOR, at=LATER)
    assert links()[mine][1] == resident.id
    assert links()[hers][1] != resident.id
    assert queries.search_reviews(kind=ReviewKind.SPLIT, actor=OPERATOR, at=AT) == ()


REVIEWERS = {
    "reviewer of the resident's town": ({"places": [HERE]}, True),
    "county above": ({"places": ["441202"]}, True),
    "neighbour town": ({"places": [NEIGHBOUR]}, False),
    "sender, to whom the resident is a stranger": ({"organizations": [HOSPITAL]}, False),
    "sender that manages the resident": ({"organizations": [HOSPITAL, 7]}, True),
    "other hospital": ({"organizations": [72]}, False),
    "nobody": ({}, False),
}


@pytest.mark.parametrize("who", REVIEWERS)
def test_reviewer_sees_only_pairs_with_residents_he_may_see(database, who):
    reach, sees = REVIEWERS[who]
    resident = register(replace(LI, documents=(), phones=(), address="", mother=""))
    send(patient_saying(replace(LI, documents=(), address="")))
    feed.drain()
    reviewer = actor(**reach)
    found = queries.search_reviews(actor=reviewer, at=AT)
    assert bool(found) is sees
    case = queries.search_reviews(actor=OPERATOR, at=AT)[0]
    if sees:
        shown = queries.get_case(case.id, actor=reviewer, at=AT)
        assert [each.resident.id for each in shown.candidates] == [resident.id]
        return
    with pytest.raises(errors.ReviewNotFound):
        queries.get_case(case.id, actor=reviewer, at=AT)
    with pytest.raises(errors.ReviewNotFound):
        decide(case, Verdict.SAME, resident.id, who=reviewer)
    assert [each for each, _, _ in links().values()] == ["waiting"]


def test_sender_sees_what_resembles_nobody(database):
    send(patient_saying(replace(LI, documents=())))
    feed.drain()
    seen = {
        org: len(queries.search_reviews(actor=actor(organizations=[org]), at=AT))
        for org in (HOSPITAL, 72)
    }
    assert seen == {HOSPITAL: 1, 72: 0}


def test_who_may_not_review_sees_no_queue(database):
    with pytest.raises(NotPermitted):
        queries.search_reviews(actor=actor(places=["4412"], permissions=["identity.search"]), at=AT)


def test_resident_by_number(database):
    resident = register(LI)
    assert queries.resident_numbered(resident.index_number) == resident.id
    with pytest.raises(errors.ResidentNotFound):
        queries.resident_numbered(IndexNumber("0000000000000"))


def test_number_of_another_shows_a_conflict(database):
    resident = register(LI)
    other = register(replace(LI, documents=card(number(LI_BORN, 33))))
    case = open_case(ReviewKind.DUPLICATE)
    assert {case.resident.id, case.candidates[0].resident.id} == {resident.id, other.id}
    assert case.candidates[0].explained.cautions == ("numbers_conflict",)


def test_own_record_and_objection_follow_a_merge(database):
    """A resident who was merged still opens his record, and what he objected to stays closed."""
    from kangmai.identity.queries import standing

    kept, retired = two()
    merge(kept, retired)
    assert standing([retired, kept]) == {retired: kept, kept: kept}
    me = actor(residents=standing([retired]).values(), permissions=["own.record", "records.read"])
    assert queries.get_resident(retired, actor=me, at=AT).id == kept


def test_patient_between_two_residents_is_linked_when_they_turn_out_to_be_one(database):
    kept = register(LI)
    twice = replace(ELSEWHERE, name=LI.name, birth_date=LI_BORN, mother=LI.mother)
    loaded = actions.load_residents(
        [actions.ResidentDraft(str(uuid7()), twice)], is_invented=True, actor=OPERATOR, at=AT
    )
    (retired,) = loaded
    (sent,) = send(patient_saying(replace(LI, documents=(), phones=(), address="", place_code="")))
    feed.drain()
    assert links()[sent][0] == "waiting"
    before = state()
    merge(kept.id, retired.id)
    assert links()[sent][0] == "linked"
    unmerge(retired.id)
    assert state() == before

"""Corrections that residents ask for, and numbers shown in full: who may, what changes, what is written down."""

import datetime
from dataclasses import replace

import pytest
from django.db import connection

from kangmai.identity import actions, errors, queries
from kangmai.identity.models import Correction as Row
from kangmai.identity.types import CorrectionField, CorrectionState
from kangmai.kernel import audit
from kangmai.kernel.actor import DataScope, NotPermitted, Purpose
from kangmai.kernel.ids import ResidentId
from tests.factories.actors import actor
from tests.factories.people import AT, HERE, LI, NEIGHBOUR, OPERATOR, register

LATER = AT + datetime.timedelta(hours=1)
DESK = {"permissions": ("identity.search", "identity.write"), "places": (HERE[:9],)}


@pytest.fixture
def li(database):
    """Li, registered, and the account by which he acts for himself."""
    made = register(LI)
    return made, himself(made.id)


def himself(resident: ResidentId):
    base = actor(permissions=("own.record",), places=())
    scope = DataScope(residents=frozenset({resident}))
    return replace(base, purpose=Purpose.RESIDENT, scope=scope)


def ask(who, value="1987-04-12", field=CorrectionField.BIRTH_DATE, resident=None, reason="身份证"):
    asked = resident or next(iter(who.scope.residents))
    return actions.ask_correction(asked, field=field, value=value, reason=reason, actor=who, at=AT)


def decide(correction, *, by=None, is_applied=True, answer="", **more):
    given = {"expected_version": correction.version, "at": LATER, "actor": by or actor(**DESK)}
    return actions.decide_correction(
        correction.id, is_applied=is_applied, answer=answer, **(given | more)
    )


def trail(resident) -> list[tuple[str, str]]:
    """What the audit trail says about a resident's corrections and numbers, in order."""
    audit.flush()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT action, reason FROM kernel_audit WHERE %s = ANY(subjects)
               AND (action LIKE 'identity.correction\\_%%' OR action = 'identity.unmask') ORDER BY seq""",
            [resident.patient_rid],
        )
        return cursor.fetchall()


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (CorrectionField.BIRTH_DATE, "1987-04-12", {"birth_date": datetime.date(1987, 4, 12)}),
        (CorrectionField.NAME, "李思源", {"name": "李思源", "former_names": ("李思远",)}),
        (CorrectionField.SEX, "2", {"sex_code": "2"}),
        (CorrectionField.PHONE, "13822223333", {"phones": ("13822223333",)}),
        (CorrectionField.ADDRESS, "东路9号", {"address": "东路9号"}),
        (CorrectionField.MOTHER, "陈桂香", {"mother": "陈桂香"}),
    ],
)
def test_what_is_applied_changes_the_resident_and_keeps_what_was(li, field, value, expected):
    made, who = li
    done = decide(ask(who, value, field))
    assert (done.state, done.value) == (CorrectionState.APPLIED, value)
    now = queries.get_resident(made.id, actor=OPERATOR, at=LATER)
    assert now.demographics == replace(LI, **expected)
    assert queries.own_corrections(made.id, actor=who)[0].before == done.before != ""
    assert queries.open_corrections(actor=actor(**DESK), at=LATER) == ()
    assert [action for action, _ in trail(made)] == [
        "identity.correction_asked",
        "identity.correction_applied",
    ]


def test_declined_needs_an_answer_which_the_resident_reads(li):
    made, who = li
    asked = ask(who)
    with pytest.raises(errors.AnswerMissing):
        decide(asked, is_applied=False, answer="  ")
    decide(asked, is_applied=False, answer="身份证上是1986年")
    (mine,) = queries.own_corrections(made.id, actor=who)
    assert (mine.state, mine.answer) == (CorrectionState.DECLINED, "身份证上是1986年")
    assert queries.get_resident(made.id, actor=OPERATOR, at=AT).demographics == LI
    with pytest.raises(errors.CorrectionNotFound):  # decided already
        decide(asked)
    other = ask(who, "我没有糖尿病", CorrectionField.OTHER)
    with pytest.raises(errors.AnswerMissing):
        decide(other)
    assert decide(other, answer="已请医院更正").state is CorrectionState.APPLIED
    assert queries.get_resident(made.id, actor=OPERATOR, at=AT).demographics == LI


def test_what_cannot_be_is_refused_and_nothing_is_kept(li):
    _made, who = li
    for value, field, error in (
        ("1987年", CorrectionField.BIRTH_DATE, errors.CorrectionUnclear),
        ("2200-01-01", CorrectionField.BIRTH_DATE, errors.BirthInFuture),
        ("男", CorrectionField.SEX, errors.CorrectionUnclear),
        ("call me", CorrectionField.PHONE, errors.CorrectionUnclear),
        (" ", CorrectionField.NAME, errors.CorrectionUnclear),
        ("x" * 501, CorrectionField.OTHER, errors.CorrectionUnclear),
        (LI.name, CorrectionField.NAME, errors.CorrectionSame),
    ):
        with pytest.raises(error):
            ask(who, value, field)
    with pytest.raises(errors.CorrectionUnclear):
        ask(who, reason=" ")
    assert not Row.objects.exists()
    first = ask(who)
    with pytest.raises(errors.CorrectionOpen):
        ask(who, "1988-04-12")
    actions.withdraw_correction(first.id, expected_version=1, actor=who, at=AT)
    with pytest.raises(errors.CorrectionDecided):
        actions.withdraw_correction(first.id, expected_version=1, actor=who, at=AT)
    assert ask(who, "1988-04-12").state is CorrectionState.ASKED


def test_nobody_else_asks_reads_or_decides(li):
    made, who = li
    stranger = himself(register(replace(LI, name="周海燕", sex_code="2", documents=(), phones=("13700000001",), mother="", address="")).id)  # fmt: skip
    with pytest.raises(errors.CorrectionNotFound):
        ask(stranger, resident=made.id)
    with pytest.raises(NotPermitted):
        ask(actor(**DESK), resident=made.id)
    asked = ask(who)
    with pytest.raises(errors.CorrectionNotFound):
        queries.own_corrections(made.id, actor=stranger)
    with pytest.raises(errors.CorrectionNotFound):
        actions.withdraw_correction(asked.id, expected_version=1, actor=stranger, at=AT)
    neighbour = actor(**(DESK | {"places": (NEIGHBOUR[:9],)}))
    assert queries.open_corrections(actor=neighbour, at=AT) == ()
    with pytest.raises(errors.CorrectionNotFound):
        queries.get_correction(asked.id, actor=neighbour, at=AT)
    with pytest.raises(errors.CorrectionNotFound):
        decide(asked, by=neighbour)
    with pytest.raises(NotPermitted):
        decide(asked, by=who)
    assert [each.id for each in queries.open_corrections(actor=actor(**DESK), at=AT)] == [asked.id]
    row = Row.objects.get()
    assert (row.state, row.version) == ("asked", 1)
    assert b"1987" not in bytes(row.content)


def test_who_was_merged_since_is_corrected_where_he_stands_now(li):
    made, who = li
    asked = ask(who, "陈桂香", CorrectionField.MOTHER)
    kept = register(replace(LI, name="李思元", place_code=HERE, documents=(), phones=("13987654321",), birth_date=datetime.date(1986, 12, 4), address="东路8号", mother=""))  # fmt: skip
    actions.merge_residents(kept.id, made.id, reason="同一人", actor=OPERATOR, at=AT)
    (found,) = queries.open_corrections(actor=actor(**DESK), at=AT)
    assert found.resident.id == kept.id
    decide(asked)
    now = queries.get_resident(kept.id, actor=OPERATOR, at=LATER)
    assert now.demographics.mother == "陈桂香"


def test_numbers_are_shown_to_who_says_why_and_the_resident_reads_it(li):
    made, who = li
    shown = queries.unmasked(made.id, reason="  电话通知随访 ", actor=actor(**DESK), at=AT)
    assert shown.demographics.phones == LI.phones
    assert trail(made) == [("identity.unmask", "电话通知随访")]
    with pytest.raises(errors.UnmaskReasonMissing):
        queries.unmasked(made.id, reason="看看", actor=actor(**DESK), at=AT)
    with pytest.raises(errors.ResidentNotFound):
        neighbour = actor(**(DESK | {"places": (NEIGHBOUR[:9],)}))
        queries.unmasked(made.id, reason="电话通知随访", actor=neighbour, at=AT)
    with pytest.raises(NotPermitted):
        queries.unmasked(made.id, reason="电话通知随访", actor=who, at=AT)
    assert len(trail(made)) == 1

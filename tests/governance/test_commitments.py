"""Commitments: progress as counted, reminders by the one clock, and a conclusion that the frozen figure bears out."""

import dataclasses
import datetime
import io
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kangmai.analytics import actions as analytics
from kangmai.analytics.types import Figure, Status
from kangmai.deadlines import actions as clocks
from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.errors import DeadlineUnknown
from kangmai.deadlines.types import State as Clock
from kangmai.deadlines.types import Subject
from kangmai.documents.types import Format
from kangmai.governance.reporting import actions, models, queries
from kangmai.governance.reporting.commitments import LAST_DAYS, progress_of
from kangmai.governance.reporting.errors import (
    CommitmentImpossible,
    CommitmentIncomplete,
    CommitmentUnknown,
    EvidenceIncomplete,
    KeyReused,
    MilestonesOpen,
    NotInThisState,
    NotReached,
    NotTheOwner,
    ProofIncomplete,
)
from kangmai.governance.reporting.types import Kind, Standing
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.messages.models import Message
from kangmai.registry import actions as registry
from kangmai.registry.types import OrganizationFacts, OrganizationKind
from tests.analytics.indicators.lake_of_rows import write
from tests.factories.access import acting
from tests.governance.factories import AT, CITY, SIDEWAYS, WRITER, YEAR, people, somebody

OPERATOR = operator("test")
DUE = datetime.date(2026, 3, 31)


@pytest.fixture
def owner(city) -> int:
    return hospital("YY-1", "市一院")


def hospital(code, name) -> int:
    facts = OrganizationFacts(code=code, name=name, kind=OrganizationKind.HOSPITAL, division_code="441202", is_invented=True)  # fmt: skip
    return registry.create_organization(facts=facts, actor=OPERATOR, at=AT).id


def commit(of, **more):
    said = {
        "title": "血压控制率达到80%以上", "area": CITY, "year": 2026, "owner": of, "due_on": DUE,
        "source": "年度要点", "indicator": "ht_control_rate", "period": YEAR, "target": Decimal(80),
        "key": uuid4(), "actor": WRITER, "at": AT,
    }  # fmt: skip
    return actions.commit(**{**said, **more})


def steps(owner, **more):
    milestones = [("名单", datetime.date(2026, 2, 1)), ("开诊", DUE)]
    return commit(owner, indicator="", target=None, period=None, milestones=milestones, **more)


def conclude(of, standing, by=WRITER):
    return actions.conclude(commitment_id=of.id, standing=standing, words="见附件", expected_version=of.version, actor=by, at=AT)  # fmt: skip


def test_progress_is_what_is_counted_and_kept_only_what_is_frozen(owner):
    of = commit(owner)
    now = queries.progress(of, at=AT)
    assert (now.standing, now.figure.value, now.days_left) == (
        Standing.BEHIND,
        Decimal("66.67"),
        29,
    )
    with pytest.raises(CommitmentIncomplete, match="frozen"):
        conclude(of, Standing.KEPT)
    analytics.freeze(indicator="ht_control_rate", period=YEAR, area=CITY, actor=WRITER, at=AT)
    with pytest.raises(NotReached, match=r"66\.67.*80"):
        conclude(of, Standing.KEPT)
    done = conclude(of, Standing.MISSED)
    assert (done.standing, done.freeze is not None) == (Standing.MISSED, True)
    with pytest.raises(NotInThisState) as caught:
        conclude(done, Standing.KEPT)
    assert "未兑现" in caught.value.message("zh") and "missed" in caught.value.message("en")
    reached = commit(owner, target=Decimal(60))
    assert queries.progress(reached, at=AT).standing is Standing.REACHED
    assert conclude(reached, Standing.KEPT).standing is Standing.KEPT


def test_milestones_with_proof(owner):
    of = steps(owner)
    assert queries.progress(of, at=AT).standing is Standing.BEHIND  # the list is a month late
    say = {"commitment_id": of.id, "actor": WRITER, "at": AT}
    for proof, on in ((" ", AT.date()), ("纪要", DUE)):
        with pytest.raises(ProofIncomplete):
            actions.finish_milestone(milestone_id=of.milestones[0].id, proof=proof, on=on, **say)
    with pytest.raises(EvidenceIncomplete):
        actions.show_evidence(text="已开诊", document=" ", **say)
    with pytest.raises(MilestonesOpen, match="名单, 开诊"):
        conclude(of, Standing.KEPT)
    for each in of.milestones:
        of = actions.finish_milestone(milestone_id=each.id, proof="纪要", on=datetime.date(2026, 3, 1), **say)  # fmt: skip
    assert queries.progress(of, at=AT).standing is Standing.REACHED
    actions.show_evidence(text="已开诊", document="通报", **say)
    (shown,) = queries.evidence_of(commitment_id=of.id, actor=WRITER)
    assert (shown.text, shown.document, shown.by_name) == ("已开诊", "通报", "人员11")
    assert conclude(of, Standing.KEPT).standing is Standing.KEPT


def test_the_clock_begins_with_the_last_ninety_days_and_ends_with_the_conclusion(owner):
    near, far = commit(owner), commit(owner, due_on=datetime.date(2026, 12, 31))
    assert actions.remind(at=AT) == 1
    assert actions.remind(at=AT) == 1  # said again, it is the same clock
    clock = {"kind": "commitment", "ids": [str(near.id), str(far.id)]}
    (found,) = deadlines.of_subject(Subject("commitment", str(near.id)), actor=OPERATOR)
    assert found.due_at.astimezone(datetime.timezone(datetime.timedelta(hours=8))).date() == DUE
    assert str(far.id) not in deadlines.of_subjects(clock["kind"], clock["ids"], actor=OPERATOR)
    conclude(near, Standing.WITHDRAWN)
    (found,) = deadlines.of_subject(Subject("commitment", str(near.id)), actor=OPERATOR)
    assert found.state is Clock.CANCELLED


def test_what_was_concluded_stands_by_its_frozen_figure_whatever_is_corrected_later(city, owner):
    of = commit(owner, target=Decimal(60))
    analytics.freeze(indicator="ht_control_rate", period=YEAR, area=CITY, actor=WRITER, at=AT)
    of = conclude(of, Standing.KEPT)
    open_one = commit(owner, target=Decimal(60))
    write(city, people(at_target=5))
    assert queries.progress(of, at=AT).figure.value == Decimal("66.67")
    assert queries.progress(open_one, at=AT).figure.value < Decimal(60)
    content = queries.statement(year=2026, format=Format.XLSX, language="zh", actor=WRITER, at=AT)
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]  # fmt: skip
    assert [row[5] for row in rows if "已兑现" in row] == ["66.67%"]


def test_owners_of_every_kind_are_reminded_and_open_what_they_owe(owner):
    of = commit(owner)
    actions.remind(at=AT)
    clocks.escalate_due(at=AT + datetime.timedelta(days=23))
    told = set(Message.objects.filter(organization_id=owner).values_list("role", flat=True))
    assert told == {"commission_officer", "institution_administrator", "township_public_health"}

    # who keeps a hospital's accounts sees no deadlines but those that he owes
    keeper = acting("institution_administrator", owner)
    other = acting("institution_administrator", hospital("YY-2", "市二院"))
    (mine,) = deadlines.mine(actor=keeper).rows
    assert mine.subject == Subject("commitment", str(of.id))
    assert deadlines.get_deadline(mine.id, actor=keeper) == mine
    assert deadlines.mine(actor=other).rows == ()
    with pytest.raises(DeadlineUnknown):
        deadlines.get_deadline(mine.id, actor=other)
    with pytest.raises(NotPermitted):
        deadlines.search(actor=keeper, at=AT)
    with pytest.raises(NotPermitted):
        deadlines.mine(actor=acting("integrator", owner))


def test_the_statement_of_a_year_lists_each_with_its_standing(owner):
    commit(owner, is_invented=True)
    steps(owner)
    content = queries.statement(year=2026, format=Format.XLSX, language="zh", actor=WRITER, at=AT)
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]  # fmt: skip
    found = {tuple(row[1:7]) for row in rows}
    assert ("血压控制率达到80%以上", "市一院", "2026-03-31", "80%", "66.67%", "滞后") in found
    assert ("血压控制率达到80%以上", "市一院", "2026-03-31", None, "0/2", "滞后") in found
    assert ["合计", "滞后 2"] in [row[:2] for row in rows]
    assert ["说明", "所列承诺为演示用虚构内容。"] in [row[:2] for row in rows]


def test_what_is_not_whole_is_refused(owner):
    for more in ({"title": " "}, {"owner": 999}, {"target": None}, {"source": ""}, {"indicator": "", "target": None}):  # fmt: skip
        with pytest.raises(CommitmentIncomplete):
            commit(owner, **more)
    key = uuid4()
    assert commit(owner, key=key).id == commit(owner, key=key).id
    with pytest.raises(KeyReused):
        commit(owner, key=key, title="另一件")


def test_the_owner_reports_and_a_neighbour_sees_nothing(owner):
    of = steps(owner)
    say = {"commitment_id": of.id, "text": "已办", "document": "纪要", "at": AT}
    keeper = somebody(31, "commitments.report", place="440000", organization=owner)
    actions.show_evidence(actor=keeper, **say)
    assert [each.id for each in queries.commitments(actor=keeper)[0]] == [of.id]
    reader = somebody(32, "commitments.report", organization=owner + 1)
    with pytest.raises(NotTheOwner):
        actions.show_evidence(actor=reader, **say)
    with pytest.raises(CommitmentUnknown):
        actions.show_evidence(actor=SIDEWAYS, **say)
    with pytest.raises(CommitmentUnknown):
        queries.get_commitment(commitment_id=of.id, actor=SIDEWAYS)
    assert queries.commitments(actor=SIDEWAYS) == ((), "")
    with pytest.raises(NotPermitted):
        commit(owner, actor=SIDEWAYS)
    with pytest.raises(NotPermitted):
        conclude(of, Standing.MISSED, by=keeper)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(-200, 400))
def test_a_commitment_stands_as_its_figure_and_its_day_say(value, target, days):
    of = template()
    of = dataclasses.replace(of, target=Decimal(target), due_on=TODAY + datetime.timedelta(days))
    figure = Figure(CITY, Status.OK, Decimal(value), value, 100)
    found = progress_of(of, figure, RULE, on=TODAY).standing
    if value >= target:
        assert found is Standing.REACHED
    elif days < 0:
        assert found is Standing.OVERDUE
    else:
        assert found is (Standing.BEHIND if days <= LAST_DAYS else Standing.UNDER_WAY)


def template():
    from kangmai.governance.reporting.types import Commitment

    return Commitment(
        id=uuid4(), title="", area=CITY, year=2026, kind=Kind.INDICATOR, indicator="ht_control_rate",
        period=YEAR, target=Decimal(0), owner=1, due_on=TODAY, source="", standing=None, conclusion="",
        freeze=None, milestones=(), is_invented=False, version=1,
    )  # fmt: skip


TODAY = datetime.date(2026, 3, 2)


def _rule():
    from kangmai.analytics.rules import get_indicator

    return get_indicator("ht_control_rate", period=YEAR)


RULE = _rule()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"target": Decimal(120)}, "between 0 and 100"),
        ({"target": Decimal(-5)}, "between 0 and 100"),
        ({"indicator": "residents", "target": Decimal(-1)}, "below 0"),
        ({"indicator": "primary_visit_share", "target": Decimal("100.1")}, "between 0 and 100"),
        ({"due_on": YEAR.start}, "before its period"),
    ],
)
def test_a_commitment_that_cannot_be_kept_or_missed_is_refused(owner, said, reason):
    with pytest.raises(CommitmentImpossible, match=reason):
        commit(owner, **said)
    assert models.Commitment.objects.count() == 0


def test_growth_and_the_whole_may_be_promised(owner):
    assert commit(owner, target=Decimal(100)).target == 100
    assert commit(owner, indicator="hosp_38", target=Decimal("-2.5")).target == Decimal("-2.5")

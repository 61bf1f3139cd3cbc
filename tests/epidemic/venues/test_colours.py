"""Colours: only for health reasons of the closed list, by two people, until they end, with an appeal in 24 hours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.epidemic.venues import actions, errors, models, queries, rules
from kangmai.epidemic.venues.rulebook import colour_rule
from kangmai.epidemic.venues.types import AppealState, Colour, DecisionState, PersonKey
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.standards.calendars import legal_day
from tests.epidemic.orders.factories import AT, in_role
from tests.epidemic.venues.factories import (
    KEEPER,
    SECOND,
    SUPERVISOR,
    THIRD,
    TRACER,
    number_of,
    person,
    woken,
)

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)
HOUSE = operator("nucleic_acid", permissions=("colours.by_rule",))


def propose(someone, *, actor=TRACER, reason="contact_in_quarantine", key="k", at=AT, **more):
    values = {"evidence_kind": "contact_record", "evidence": "JL-7", **more}
    return actions.propose_colour(
        person=someone.key, reason=reason, key=key, actor=actor, at=at, **values
    )


def approve(decision, *, actor=SECOND, at=AT, approves=True):
    return actions.decide_colour(
        decision_id=decision.id,
        approves=approves,
        expected_version=decision.version,
        actor=actor,
        at=at,
    )


def shown(someone, at=AT):
    row = models.Person.objects.get(id=someone.key)
    return rules.shown_colour(Colour(row.colour), row.colour_until, at)


def test_a_colour_by_hand_shows_after_the_second_person_and_ends_by_itself():
    woken()
    someone = person()
    decision = propose(someone)
    assert shown(someone) is Colour.GREEN
    with pytest.raises(errors.SecondPersonNeeded):
        approve(decision, actor=TRACER)
    done = approve(decision)
    assert (done.state, done.expires_at) == (DecisionState.IN_FORCE, AT + 10 * DAY)
    assert shown(someone) is Colour.RED
    assert shown(someone, at=AT + 10 * DAY) is Colour.GREEN


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"reason": "petition"}, errors.ReasonNotOnTheList),
        ({"reason": "debt"}, errors.ReasonNotOnTheList),
        ({"evidence": " "}, errors.EvidenceMissing),
        ({"evidence_kind": "travel_record"}, errors.EvidenceMissing),
        ({"actor": SUPERVISOR}, NotPermitted),
        (
            {"actor": in_role("commission_officer", 9, permissions=frozenset({"colours.decide"}))},
            errors.AuthorityMissing,
        ),
        (
            {
                "actor": in_role(
                    "cdc_epidemiologist",
                    9,
                    place="441203",
                    permissions=frozenset({"colours.decide"}),
                )
            },
            errors.PersonUnknown,
        ),
    ],
)
def test_no_other_reason_no_other_authority_no_other_place(change, refusal):
    woken()
    someone = person()
    with pytest.raises(refusal):
        propose(someone, **change)
    assert models.Decision.objects.count() == 0
    assert shown(someone) is Colour.GREEN


def test_the_most_severe_wins_and_what_is_left_shows_when_it_ends():
    woken(days=30)
    someone = person()
    red = approve(propose(someone))
    actions.colour_by_rule(
        person=someone.key,
        reason="second_contact_at_home",
        evidence_kind="contact_record",
        evidence="JL-8",
        key="r",
        actor=HOUSE,
        at=AT + 5 * DAY,
    )
    assert shown(someone, at=AT + 5 * DAY) is Colour.RED
    actions.settle_colours(at=AT + 10 * DAY)
    assert shown(someone, at=AT + 10 * DAY) is Colour.YELLOW
    assert shown(someone, at=AT + 12 * DAY) is Colour.GREEN
    with pytest.raises(errors.ReasonMissing):
        actions.lift_colour(
            decision_id=red.id, reason="", expected_version=red.version, actor=SECOND, at=AT
        )


def test_a_refused_proposal_changes_nothing():
    woken()
    someone = person()
    refused = approve(propose(someone), approves=False)
    assert (refused.state, shown(someone)) == (DecisionState.REFUSED, Colour.GREEN)
    with pytest.raises(errors.AlreadyAnswered):
        approve(refused)


def test_an_appeal_has_24_hours_and_is_answered_by_somebody_else():
    woken()
    someone = person()
    with pytest.raises(errors.NothingToAppeal):
        actions.file_appeal(pass_number=number_of(someone), text="不对", at=AT)
    approve(propose(someone))
    appeal = actions.file_appeal(pass_number=number_of(someone), text="我不在场", at=AT)
    assert (appeal.due_at, appeal.text) == (AT + DAY, "我不在场")
    with pytest.raises(errors.AppealOpen):
        actions.file_appeal(pass_number=number_of(someone), text="再说一次", at=AT)
    answer = {
        "appeal_id": appeal.id, "lifts": True, "answer": "核实不在场", "expected_version": 1, "at": AT,
    }  # fmt: skip
    for involved in (TRACER, SECOND):
        with pytest.raises(errors.SecondPersonNeeded):
            actions.answer_appeal(**answer, actor=involved)
    with pytest.raises(NotPermitted):
        actions.answer_appeal(**answer, actor=KEEPER)
    answered = actions.answer_appeal(**{**answer, "at": AT + DAY / 2}, actor=THIRD)
    assert (answered.state, answered.answer) == (AppealState.LIFTED, "核实不在场")
    assert shown(someone) is Colour.GREEN
    (clock,) = deadlines.of_subjects(
        "colour_appeal", [str(appeal.id)], actor=operator("t", permissions=("deadlines.read",))
    )[str(appeal.id)]
    assert (clock.met_at, clock.is_on_time) == (AT + DAY / 2, True)


def test_the_daily_report_counts_by_operator_and_reason():
    woken()
    for n in range(3):
        approve(propose(person(), key=str(n)), actor=SECOND if n else THIRD)
    approve(propose(person(), key="refused"), approves=False)
    (first, second) = queries.daily_report(day=legal_day(AT), actor=SUPERVISOR, at=AT)
    assert (first.account, first.by_hand, second.account, second.by_hand) == (302, 2, 303, 1)
    assert (first.reason, first.colour, first.by_rule) == ("contact_in_quarantine", Colour.RED, 0)
    with pytest.raises(NotPermitted):
        queries.daily_report(day=legal_day(AT), actor=KEEPER, at=AT)


def test_what_if_another_list_held():
    woken()
    approve(propose(person(), key="a"))
    approve(propose(person(), key="b", reason="second_contact_at_home"))
    found = queries.what_if(edition="twenty_measures", actor=SUPERVISOR, at=AT)
    assert found.rows == ((Colour.YELLOW, Colour.GREEN, 1), (Colour.RED, Colour.RED, 1))
    assert found.changed == 1
    later = queries.what_if(edition="ten_measures", actor=SUPERVISOR, at=AT + 6 * DAY)
    assert later.rows == ((Colour.YELLOW, Colour.GREEN, 1), (Colour.RED, Colour.GREEN, 1))


def test_a_list_never_names_a_reason_twice_or_milder_first():
    rule = colour_rule("v9")
    colours = [reason.colour for reason in rule.reasons.values()]
    assert colours == sorted(colours, reverse=True)
    standing = [
        (PersonKey(1), "test_overdue", AT, None),
        (PersonKey(1), "risk_area_travel", AT, AT + DAY),
    ]
    assert rules.colour_of(standing, rule, AT) == (Colour.YELLOW, None)
    only = replace(rule, reasons={})
    assert rules.colour_of(standing, only, AT) == (Colour.GREEN, None)

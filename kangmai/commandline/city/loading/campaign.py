"""A mass campaign of the invented district: its list with schools and answers, a session last week, one today, one to come.

Everything is done by the rooms' own actions, those of last week a week ago.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from kangmai.access import queries as access
from kangmai.access.actors import actor_for_account
from kangmai.commandline.city.assumptions import read
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.campaigns import actions, queries
from kangmai.programmes.campaigns.errors import NobodyToPlan
from kangmai.programmes.campaigns.types import Campaign, Consent, Filter, Session, Show, Target
from kangmai.programmes.vaccination import actions as clinic
from kangmai.programmes.vaccination import rules
from kangmai.programmes.vaccination.types import Step
from kangmai.registry import queries as registry
from kangmai.registry.types import Place
from kangmai.standards.calendars import legal_day

READER = operator("demo", permissions=("registry.read", "identity.search"))
FIRST_GRADE_AGE = 6
SCHOOL_AGE_DAYS = 5000
MOST = 400
MORNING = (time(8, 30), time(11, 30))


def load_campaign(nurse: Actor, town: str, codes: Mapping[str, list[str]], *, at: datetime) -> None:
    """Open the campaign of the district, and play it in one town; nothing where the town has no school.

    Args:
        nurse: works at the clinic of the town, whose packages not used yet are `codes`: vaccine → codes.
    """
    table = read("immunization_clinic")["campaign"]
    schools = _schools(town)
    if not schools:
        return
    begun = at - timedelta(table["days_before"])
    on = legal_day(begun)
    campaign = actions.open_campaign(
        rule_id=table["rule"],
        title=f"{legal_day(at).year}年{table['title']}",
        place=town[:6],
        starts_on=on,
        ends_on=on + timedelta(table["days"]),
        key=uuid4(),
        actor=_account("cdc", at),
        at=begun,
    )
    _seat(campaign, schools, table["classes"], nurse, begun)
    _answer(campaign, table, nurse, begun)
    _judge(campaign, nurse, at)
    agreed = len(_of_town(campaign, nurse, at, Show.TO_VACCINATE))
    doses = (
        min(table["doses"], -(-agreed // 3)) or 1
    )  # in a small town, too, some are left for the later sessions
    _last_week(campaign, schools, table | {"doses": doses}, nurse, codes, at)
    _judge(campaign, nurse, at)
    for days in (0, table["next_session_days"]):
        _plan(campaign, schools, doses, nurse, at, day=at + timedelta(days))


def _account(login: str, at: datetime) -> Actor:
    found = access.find_account_id(login=login)
    assert found is not None
    return actor_for_account(found, at=at)


def _schools(town: str) -> Sequence[Place]:
    """The secondary schools of a town, or whatever schools there are."""
    found = registry.search_places(kind="school", division=town, actor=READER).rows
    return [each for each in found if "中学" in each.name] or list(found)


def _of_town(campaign: Campaign, nurse: Actor, at: datetime, show: Show = Show.ALL) -> list[Target]:
    return queries.targets(campaign.id, filter=Filter(show=show), limit=MOST, on=legal_day(at), actor=nurse)  # fmt: skip


def _judge(campaign: Campaign, nurse: Actor, at: datetime) -> None:
    """Since the list was made some had their dose elsewhere, as their records say."""
    ids = [ResidentId(each.resident_id) for each in _of_town(campaign, nurse, at)]
    actions.judge_residents(ids=ids, at=at)


def _seat(
    campaign: Campaign, schools: Sequence[Place], classes: int, nurse: Actor, at: datetime
) -> None:
    """Schools send their lists: girls by their age into grades, by their number into classes."""
    found = _of_town(campaign, nurse, at)
    who = identity.residents_by_id({ResidentId(each.resident_id) for each in found}, actor=READER, at=at)  # fmt: skip
    lines = []
    for each in found:
        number = who[ResidentId(each.resident_id)].index_number
        grade = legal_day(at).year - each.birth_on.year - FIRST_GRADE_AGE
        school = schools[each.resident_id % len(schools)]
        lines.append(f"{number},{school.code},{grade},{each.resident_id % classes + 1}")
    if lines:
        actions.take_list(campaign_id=campaign.id, text="\n".join(lines), actor=nurse, at=at)


def _answer(campaign: Campaign, table: Mapping[str, Any], nurse: Actor, at: datetime) -> None:
    """Most agree, some refuse, the others have not answered."""
    agreed: list[int] = []
    refused: dict[str, list[int]] = {}
    asked = _of_town(campaign, nurse, at, Show.ASK)
    for n, each in enumerate(asked):
        share = 100 * n // len(asked)
        if share < table["refused_percent"]:
            reasons = table["refusals"]
            refused.setdefault(reasons[n % len(reasons)], []).append(each.id)
        elif share < table["refused_percent"] + table["agreed_percent"]:
            agreed.append(each.id)
    on = legal_day(at)
    if agreed:
        actions.write_answers(campaign_id=campaign.id, targets=agreed, consent=Consent.AGREED, on=on, actor=nurse, at=at)  # fmt: skip
    for reason, targets in refused.items():
        actions.write_answers(campaign_id=campaign.id, targets=targets, consent=Consent.REFUSED, refusal=reason, on=on, actor=nurse, at=at)  # fmt: skip


def _plan(
    campaign: Campaign, schools: Sequence[Place], doses: int, nurse: Actor, at: datetime, *, day: datetime
) -> Session | None:  # fmt: skip
    """A session of a school that has somebody to ask."""
    begins, ends = MORNING
    for school in schools:
        try:
            return actions.plan_session(
                campaign_id=campaign.id, school=school.id, on=legal_day(day), begins=begins, ends=ends, stations=1,
                doses=doses, key=uuid4(), actor=nurse, at=at,
            )  # fmt: skip
        except NobodyToPlan:
            continue
    return None


def _last_week(
    campaign: Campaign,
    schools: Sequence[Place],
    table: Mapping[str, Any],
    nurse: Actor,
    codes: Mapping[str, list[str]],
    at: datetime,
) -> None:
    """A session of last week to which most came; it is over, and the others are to catch up."""
    then = at - timedelta(table["session_days_ago"])
    _judge(campaign, nurse, then)
    session = _plan(campaign, schools, table["doses"], nurse, then, day=then)
    if session is None:
        return
    listed = queries.targets(campaign.id, filter=queries.listed(session.id), limit=MOST, on=session.on, actor=nurse)  # fmt: skip
    come = listed[: -(-len(listed) * table["come_percent"] // 100)]
    for each in come:
        _vaccinate(session, each, nurse, codes, then)
    actions.judge_residents(ids=[ResidentId(each.resident_id) for each in come], at=at)
    actions.end_session(session_id=session.id, expected_version=session.version, actor=nurse, at=then)  # fmt: skip


def _vaccinate(
    session: Session, who: Target, nurse: Actor, codes: Mapping[str, list[str]], at: datetime
) -> None:
    """Through the clinic, from the door to the release."""
    if not codes.get(who.vaccine):
        return
    visit = actions.check_in(session_id=session.id, target_id=who.id, key=uuid4(), actor=nurse, at=at)  # fmt: skip
    if not visit.doses:
        return
    visit = clinic.pre_check(visit_id=visit.id, temperature=36.5, chosen=[who.vaccine], expected_version=visit.version, actor=nurse, at=at)  # fmt: skip
    visit = clinic.consent(visit_id=visit.id, by="parent", expected_version=visit.version, actor=nurse, at=at)  # fmt: skip
    site, route = rules.site_proposed(who.vaccine, age_days=SCHOOL_AGE_DAYS)
    visit = clinic.inject(
        visit_id=visit.id, vaccine=who.vaccine, code=codes[who.vaccine].pop(), site=site, route=route,
        confirmed=rules.checks_of(rules.rule(on=visit.on)), key=uuid4(), actor=nurse, at=at,
    ).visit  # fmt: skip
    if visit.step is Step.OBSERVED:
        later = at + timedelta(minutes=31)
        clinic.release(visit_id=visit.id, expected_version=visit.version, actor=nurse, at=later)

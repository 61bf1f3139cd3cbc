"""The night's look at all visits: new findings are written, told to the team and given their time limit."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Start, Subject
from kangmai.kernel.actor import Actor, Label, require
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import rules as engine
from kangmai.programmes.watchdog import events, models
from kangmai.programmes.watchdog.binomial import within_budget
from kangmai.programmes.watchdog.detectors import DETECTORS, Looking
from kangmai.programmes.watchdog.rulebook import rule
from kangmai.programmes.watchdog.seen import found, seen
from kangmai.programmes.watchdog.types import Deed, Rule, State, Suspect, Watched
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

WATCH = "watchdog.watch"
SUBJECT = "watchdog_finding"


def watch(*, actor: Actor, at: datetime) -> Watched:
    """Look at every visit of the window. What stands open already is brought up to date, nothing is told twice.

    Raises:
        NotPermitted
    """
    require(actor, WATCH)
    on = legal_day(at)
    rules = rule(on=on)
    with seen(on, rules.window_days, actor=actor):
        tests, suspects = _suspects(rules, on, actor=actor, at=at)
        places = _places(suspects, actor=actor)
    new = [0, 0]
    for each in suspects:
        with transaction.atomic():
            is_new = _write(each, rules, places, actor=actor, at=at)
        new[is_new] += 1
    return Watched(tests, found=new[True], seen_again=new[False])


def _suspects(
    rules: Rule, on: date, *, actor: Actor, at: datetime
) -> tuple[int, tuple[Suspect, ...]]:
    """What all detectors found; of exact tests what the common budget lets through."""
    looked = [
        DETECTORS[detector.id](Looking(detector, on, rules.most_rows, actor, at))
        for detector in rules.detectors.values()
    ]
    tests = sum(each.tests for each in looked)
    all_of_them = [suspect for each in looked for suspect in each.suspects]
    exact = [each for each in all_of_them if each.chance is not None]
    # those that were tested and are no suspects count as well
    chances = [each.chance or 0.0 for each in exact] + [1.0] * (tests - len(exact))
    passed = within_budget(chances, float(rules.budget))
    kept = {id(each) for each, holds in zip(exact, passed, strict=False) if holds}
    return tests, tuple(each for each in all_of_them if each.chance is None or id(each) in kept)


def _places(suspects: Iterable[Suspect], *, actor: Actor) -> Mapping[OrganizationId, str]:
    """Where each institution stands; where the registry does not know it, where it visited last."""
    ids = {each.unit.organization for each in suspects}
    rows = found(
        """SELECT DISTINCT ON (organization) organization, place_code FROM watchdog_seen
           WHERE organization = ANY(%(ids)s::bigint[]) ORDER BY organization, visited_on DESC, visit DESC""",
        {"ids": sorted(ids)},
    )
    known = registry.organizations_by_id(ids=ids, actor=actor)
    return {
        **{OrganizationId(id): place for id, place in rows},
        **{OrganizationId(id): each.division_code for id, each in known.items()},
    }


def _write(
    suspect: Suspect,
    rules: Rule,
    places: Mapping[OrganizationId, str],
    *,
    actor: Actor,
    at: datetime,
) -> bool:
    """Write a finding, or bring the open one up to date; whether it is new."""
    unit = suspect.unit
    open_ones = models.Finding.objects.select_for_update().exclude(state=State.CLOSED)
    row = open_ones.filter(
        organization=unit.organization, account=unit.account, detector=suspect.detector,
        circle=unit.circle, about=suspect.about,
    ).first()  # fmt: skip
    is_new = row is None
    row = row or models.Finding(
        detector=suspect.detector,
        circle=unit.circle,
        organization=unit.organization,
        account=unit.account,
        about=suspect.about,
        place_code=places[unit.organization],
        found_at=at,
        due_at=at,
    )
    row.first_on, row.last_on = suspect.first_on, suspect.last_on
    row.rows = [str(each) for each in suspect.rows]
    row.figures, row.chance = dict(suspect.figures), suspect.chance
    row.rule_version, row.last_seen_at = rules.version, at
    if is_new:
        row.due_at = start_clock(row, rules, actor=actor, at=at)
    row.save(force_insert=is_new)
    if is_new:
        row.steps.create(deed=Deed.FOUND.value, account=actor.account, at=at)
        data = {"detector": row.detector, "organization": row.organization, "programme": row.circle}
        write_down_and_announce(events.FOUND, "Finding", row.id, data=data, actor=actor, at=at)
    return is_new


def start_clock(row: models.Finding, rules: Rule, *, actor: Actor, at: datetime) -> datetime:
    """Begin the time that a team has for its answer; returns when it ends."""
    labels = engine.labels_of(row.circle) if row.circle else frozenset({Label.NORMAL})
    start = Start(
        definition=rules.deadline,
        subject=Subject(SUBJECT, str(row.id)),
        started_at=at,
        owner_org=OrganizationId(row.organization),
        place_code=row.place_code,
        label=max(labels),
    )
    (deadline,) = deadlines.start([start], actor=actor, at=at)
    return deadline.due_at

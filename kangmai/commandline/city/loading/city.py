"""Make the invented city once, town by town, so that a cut-off load goes on where it stopped."""

import time
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import click
from django.db import connection, transaction

from kangmai.analytics import actions as analytics
from kangmai.commandline.city.city import InventedCity, invent, people_of_city
from kangmai.commandline.city.loading.accounts import PASSWORD, load_demo_accounts
from kangmai.commandline.city.loading.activities import load_city_activities
from kangmai.commandline.city.loading.births import load_births_and_deaths
from kangmai.commandline.city.loading.checks import load_checks
from kangmai.commandline.city.loading.clinics import load_clinics
from kangmai.commandline.city.loading.contracts import load_contract_teams
from kangmai.commandline.city.loading.findings import load_findings
from kangmai.commandline.city.loading.ground import (
    appoint_demo_worker,
    load_cells,
    load_ground,
)
from kangmai.commandline.city.loading.monitoring import load_monitoring
from kangmai.commandline.city.loading.network import load_institutions, load_people
from kangmai.commandline.city.loading.points import has_service_points, load_service_points
from kangmai.commandline.city.loading.processes import each_in_processes
from kangmai.commandline.city.loading.programme import HYPERTENSION
from kangmai.commandline.city.loading.rate import Rate
from kangmai.commandline.city.loading.reports import load_reports
from kangmai.commandline.city.loading.services import PROGRAMMES
from kangmai.commandline.city.loading.supplies import load_supplies
from kangmai.commandline.city.loading.teams import load_teams
from kangmai.commandline.city.loading.towns import load_town
from kangmai.commandline.city.loading.work import Work, forget_towns, progress
from kangmai.commandline.city.state import STATE, CityOrder, OtherCity, order_of, require_empty
from kangmai.identity.actions import reserve_residents
from kangmai.identity.queries import residents_by_id
from kangmai.identity.types import Resident
from kangmai.kernel import feed
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.ids import ResidentId
from kangmai.kernel.indexes import Taken, put_up, take_down
from kangmai.kernel.state import find_state, put_state
from kangmai.programmes.contracts.actions import reckon
from kangmai.programmes.engine.actions import replan

FILLED = (
    "tok",
    "str",
    "res",
    "ref",
    "dat",
    "qty",
    "log",
    "identity_resident",
    "identity_key",
    "identity_document",
    "programmes_enrolment",
    "subject",
    "contracts_contract",
    "contracts_contractyear",
)
"""Tables that a city fills, those that take the longest to index first."""


def ensure_city(order: CityOrder, *, processes: int = 0) -> list[str]:
    """Make the city unless it stands; returns what to tell a newcomer.

    `processes` load towns at the same time; none: this one does it alone.

    Raises:
        OtherCity, NotADemo
    """
    state = find_state(STATE)
    if state is None:
        require_empty()
        state = {
            **asdict(order),
            "on": order.on.isoformat(),
            "organizations": None,
            "accounts": None,
        }
    there = order_of(state)
    if there.name() != order.name():
        raise OtherCity(found=there.name(), wanted=order.name())
    if state["accounts"] is None:
        state = _Making(state, processes).run()
    return _greeting(state)


class _Making:
    """The making of a city: each step and its note of progress commit together."""

    def __init__(self, state: dict[str, Any], processes: int) -> None:
        self.state = state
        self.processes = processes
        self.actor: Actor = operator("kangmai demo")
        self.city: InventedCity = invent(
            code=state["code"],
            residents=state["residents"],
            seed=state["seed"],
            on=date.fromisoformat(state["on"]),
        )
        self.started = time.monotonic()

    def run(self) -> dict[str, Any]:
        """Do what is left to do; returns the final state."""
        if self.state["organizations"] is None:
            with transaction.atomic():
                self._begin()
        if self.state["indexes"]:
            self._towns()
            self._indexes()
        self._say("planning the programmes …")
        for id in (HYPERTENSION, *PROGRAMMES):
            replan(programme_id=id, on=self.city.on, actor=self.actor, at=datetime.now(UTC))
        reckon(since=self.city.on - timedelta(400), on=self.city.on, actor=self.actor, at=datetime.now(UTC))  # fmt: skip
        self._services()
        self._say("counting the figures …")
        analytics.sync(report=lambda progress: None, actor=self.actor, at=datetime.now(UTC))
        with transaction.atomic():
            load_cells(self.city, actor=self.actor, at=datetime.now(UTC))
            organizations = self.state["organizations"]
            self._accounts()
            load_reports(self.city, organizations, actor=self.actor, at=datetime.now(UTC))
            load_clinics(self.city, self.state["organizations"], at=datetime.now(UTC))
            load_births_and_deaths(self.city, self.state["organizations"], guardian=self._somebody(), actor=self.actor, at=datetime.now(UTC))  # fmt: skip
            load_monitoring(self.city, self.state["organizations"], actor=self.actor, at=datetime.now(UTC))  # fmt: skip
            load_checks(actor=self.actor, at=datetime.now(UTC))
            load_findings(actor=self.actor, at=datetime.now(UTC))
            feed.begin_here()
            forget_towns()
        self._say(f"the city stands ({time.monotonic() - self.started:.0f} s)")
        return self.state

    def _services(self) -> None:
        """What institutions offer and did, before it is counted; once, also where the making was cut off."""
        if has_service_points(actor=self.actor, at=datetime.now(UTC)):
            return
        with transaction.atomic():
            organizations = self.state["organizations"]
            load_service_points(self.city, organizations, actor=self.actor, at=datetime.now(UTC))
            load_city_activities(self.city, organizations, actor=self.actor, at=datetime.now(UTC))

    def _say(self, text: str) -> None:
        click.echo(text, err=True)

    def _note(self, **done: Any) -> None:
        self.state = {**self.state, **done}
        put_state(STATE, self.state, at=datetime.now(UTC))

    def _begin(self) -> None:
        """Institutions and staff; then the tables are made ready for the people."""
        network = self.city.network
        self._say(
            f"{len(network.institutions)} institutions, {len(network.staff)} members of staff …"
        )
        at = datetime.now(UTC)
        organizations = load_institutions(self.city, actor=self.actor, at=at)
        staff = load_people(self.city, organizations, actor=self.actor, at=at)
        load_supplies(self.city, organizations, actor=self.actor, at=at)
        load_ground(self.city, organizations, actor=self.actor, at=at)
        load_teams(self.city, organizations, staff, actor=self.actor, at=at)
        load_contract_teams(self.city, organizations, staff, actor=self.actor, at=at)
        self._note(
            organizations=organizations,
            staff=staff,
            first_id=reserve_residents(people_of_city(self.city), actor=self.actor),
            indexes=[asdict(each) for each in take_down(FILLED)],
        )

    def _towns(self) -> None:
        """Every town that is not complete, the largest first, so that no process is left with it alone."""
        work = Work(
            city=self.city,
            organizations=tuple(self.state["organizations"]),
            first_id=self.state["first_id"],
            actor=self.actor,
        )
        complete = progress().complete
        towns = [each for each in self.city.places.towns if each.residents]
        towns = [each for each in towns if each.order not in complete]
        towns.sort(key=lambda each: -each.residents)
        rate = Rate(people_of_city(self.city), loaded=progress().people)
        orders = [each.order for each in towns]
        load = partial(load_town, work)
        for _ in each_in_processes(load, orders, processes=self.processes, every_seconds=2):
            if line := rate.line(progress().people):
                self._say(line)

    def _indexes(self) -> None:
        self._say("building indexes …")
        taken = [Taken(**each) for each in self.state["indexes"]]
        tables = {name: [each for each in taken if each.table == name] for name in FILLED}
        order = [each for each in tables.values() if each]
        for _ in each_in_processes(_put_up, order, processes=self.processes, every_seconds=60):
            pass
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout TO 0")
            self._say("collecting statistics …")
            cursor.execute("VACUUM (ANALYZE)")
        with transaction.atomic():
            self._note(indexes=[])

    def _accounts(self) -> None:
        accounts = load_demo_accounts(
            self.city, self.state["organizations"], self.state["staff"], self._somebody(),
            actor=self.actor, at=datetime.now(UTC),
        )  # fmt: skip
        appoint_demo_worker(self.city, login="grid", actor=self.actor, at=datetime.now(UTC))
        self._note(accounts=[asdict(account) for account in accounts], staff=None)

    def _somebody(self) -> Resident:
        """The first living resident who is managed for something, so that his record has content."""
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT r.id FROM identity_resident r
                   LEFT JOIN programmes_enrolment e ON e.resident_id = r.id AND e.state = 'managed'
                   WHERE r.deceased_on IS NULL AND r.moved_out_on IS NULL
                   ORDER BY e.id IS NULL, r.id LIMIT 1"""
            )
            found = ResidentId(cursor.fetchone()[0])
        return residents_by_id([found], actor=self.actor, at=datetime.now(UTC))[found]


def _put_up(indexes: list[Taken]) -> None:
    for each in indexes:
        put_up(each)


def _greeting(state: dict[str, Any]) -> list[str]:
    lines = [
        "",
        "All residents, institutions and records are invented. 居民、机构与记录均为虚构。",
        f"Password of every account 所有账户密码: {PASSWORD}",
        "",
    ]
    lines += [f"  {a['login']:<15} {a['role']:<26} {a['institution']}" for a in state["accounts"]]
    return lines

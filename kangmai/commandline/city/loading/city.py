"""Make the invented city once, town by town, so that a cut-off load goes on where it stopped."""

import time
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import click
from django.db import connection, transaction

from kangmai.commandline.city.city import InventedCity, invent, town_of
from kangmai.commandline.city.history import Span, town_history
from kangmai.commandline.city.loading.accounts import PASSWORD, load_demo_accounts
from kangmai.commandline.city.loading.network import load_institutions, load_people, load_places
from kangmai.commandline.city.loading.people import load_history, load_town
from kangmai.kernel import feed
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.errors import Conflict
from kangmai.kernel.state import find_state, put_state

STATE = "demo"
HISTORY_RESIDENTS = 3_000
"""About how many residents get a year of clinical history; the others have their registration."""


class OtherCity(Conflict):
    """This data folder holds the city {found}; you asked for {wanted}. Use another folder with --data."""

    zh = "该数据文件夹中是城市 {found}，而您要的是 {wanted}。请用 --data 另选文件夹。"


class NotADemo(Conflict):
    """This data folder holds real or other data and no invented city. Use another folder with --data."""

    zh = "该数据文件夹中有其他数据，不是演示城市。请用 --data 另选文件夹。"


@dataclass(frozen=True, slots=True)
class CityOrder:
    """Which city is wanted."""

    code: str
    residents: int
    seed: int
    on: date

    def name(self) -> str:
        """The order in words."""
        return f"{self.code} with {self.residents} residents (seed {self.seed})"


def ensure_city(order: CityOrder) -> list[str]:
    """Make the city unless it stands; returns what to tell a newcomer.

    Raises:
        OtherCity, NotADemo
    """
    state = find_state(STATE)
    if state is None:
        _require_empty()
        state = {
            **asdict(order),
            "on": order.on.isoformat(),
            "towns": 0,
            "organizations": None,
            "accounts": None,
        }
    wanted = [order.code, order.residents, order.seed]
    if [state["code"], state["residents"], state["seed"]] != wanted:
        there = CityOrder(
            state["code"], state["residents"], state["seed"], date.fromisoformat(state["on"])
        )
        raise OtherCity(found=there.name(), wanted=order.name())
    if state["accounts"] is None:
        state = _Making(state).run()
    return _greeting(state)


def _require_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM res), EXISTS (SELECT 1 FROM registry_organization)"
        )
        if any(cursor.fetchone()):
            raise NotADemo()


class _Making:
    """The making of a city: each step and its note of progress commit together."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
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
                self._institutions()
        for town in self.city.places.towns[self.state["towns"] :]:
            with transaction.atomic():
                self._town(town.order)
        with transaction.atomic():
            self._accounts()
        self._settle()
        self._say(f"the city stands ({time.monotonic() - self.started:.0f} s)")
        return self.state

    def _say(self, text: str) -> None:
        click.echo(text, err=True)

    def _note(self, **done: Any) -> None:
        self.state = {**self.state, **done}
        put_state(STATE, self.state, at=datetime.now(UTC))

    def _institutions(self) -> None:
        network = self.city.network
        self._say(
            f"{len(network.institutions)} institutions, {len(network.staff)} members of staff …"
        )
        at = datetime.now(UTC)
        organizations = load_institutions(self.city, actor=self.actor, at=at)
        staff = load_people(self.city, organizations, actor=self.actor, at=at)
        self._note(organizations=organizations, staff=staff, loaded=0)

    def _town(self, order: int) -> None:
        town = self.city.places.towns[order]
        if town.residents:
            at = datetime.now(UTC)
            chunk = town_of(self.city, order)
            loaded = load_town(
                self.city, chunk, self.state["organizations"], actor=self.actor, at=at
            )
            load_places(chunk, on=self.city.on, actor=self.actor, at=at)
            if self.state["loaded"] < HISTORY_RESIDENTS:
                history = town_history(self.city, chunk, Span())
                load_history(
                    self.city, chunk, history, self.state["organizations"], actor=self.actor, at=at
                )
            self._note(towns=order + 1, loaded=self.state["loaded"] + loaded)
            self._say(
                f"{town.name}: {self.state['loaded']:,} of about {self.state['residents']:,} residents, "
                f"{time.monotonic() - self.started:.0f} s"
            )
        else:
            self._note(towns=order + 1)

    def _accounts(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id) FROM identity_resident WHERE deceased_on IS NULL")
            resident = cursor.fetchone()[0]
        accounts = load_demo_accounts(
            self.city, self.state["organizations"], self.state["staff"], resident,
            actor=self.actor, at=datetime.now(UTC),
        )  # fmt: skip
        self._note(accounts=[asdict(account) for account in accounts], staff=None)

    def _settle(self) -> None:
        """Bring statistics and subscribers up to date after the bulk load."""
        self._say("collecting statistics …")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        feed.drain()


def _greeting(state: dict[str, Any]) -> list[str]:
    lines = [
        "",
        "All residents, institutions and records are invented. 居民、机构与记录均为虚构。",
        f"Password of every account 所有账户密码: {PASSWORD}",
        "",
    ]
    lines += [f"  {a['login']:<11} {a['role']:<24} {a['institution']}" for a in state["accounts"]]
    return lines

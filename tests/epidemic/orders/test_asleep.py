"""The sleeping installation refuses every door of emergency mode: these walk them all, from the tables by which each is reached.

The tables: the public names of the rooms' `actions` and `queries`, the addresses of the pages, the paths that the
server process answers before Django, the subscribers, the schedules and the commands. Whoever adds a door to one of
them is asked here whether it sleeps.
"""

import ast
import inspect
import io
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection

import kangmai
from kangmai.config.schedules import SCHEDULES
from kangmai.epidemic.nucleic_acid.events import PRELIMINARY_POSITIVE
from kangmai.epidemic.orders import queries
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues.types import Channel, Scan
from kangmai.exchange.scans import door as scans
from kangmai.kernel import feed
from kangmai.kernel.connections import unit_of_work
from tests.epidemic.orders.factories import AT, order_in_force
from tests.epidemic.orders.test_erasure import MODE

pytestmark = pytest.mark.usefixtures("database")
PACKAGE = Path(kangmai.__file__).parent
ROOMS = sorted(MODE - {"orders"})
NAMES_NOBODY = {
    "tasks.actions.remind": "counts tasks for those who look after them; tells nobody while the mode sleeps",
    "venues.actions.client_number": "reckons a number from a text",
    "venues.actions.keep_days": "lets days of scans go; it must go on after an order is over",
    "venues.actions.settle_colours": "lets colours end; it must go on after an order is over",
    "venues.queries.current_rule": "reads a definition",
    "venues.queries.editions": "reads definitions",
    "venues.queries.reasons_of": "reads a definition",
    "venues.queries.desk_kinds": "reads a definition",
    "venues.queries.venue_names": "names of venues, which are public",
    "nucleic_acid.queries.laboratories": "reads the actor's own grants",
    "nucleic_acid.queries.rounds_by_id": "rounds are public and are kept",
}
"""Public functions that are no doors, each with the reason: they hold nothing of people, or end what is held."""
ASKS_ITSELF = {
    "venues.actions.scan",
    "venues.queries.persons_in",
    "venues.queries.persons_with_passes",
}
"""Open under an order for any purpose; they ask for one themselves and refuse without one."""


def public_functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Everything the rooms of the mode let others call."""
    for label in ROOMS:
        room = apps.get_app_config(label).name
        for kind in ("actions", "queries"):
            module = import_module(f"{room}.{kind}")
            for name in getattr(module, "__all__", vars(module)):
                found = getattr(module, name)
                if inspect.isfunction(found) and found.__module__.startswith(room):
                    yield f"{label}.{kind}.{name}", found


def knock(function, **given):
    """Call a door with an instant and nothing else that means anything."""
    names = inspect.signature(function).parameters
    return function(**{name: AT if name == "at" else given.get(name) for name in names})


def test_every_public_function_of_the_mode_is_a_door_or_says_why_not():
    doors = {door.function for door in queries.doors()}
    undecided = [
        name
        for name, function in public_functions()
        if function not in doors and name not in NAMES_NOBODY.keys() | ASKS_ITSELF
    ]
    assert undecided == []
    assert NAMES_NOBODY.keys() | ASKS_ITSELF <= {name for name, _ in public_functions()}


def test_what_asks_for_any_order_itself_refuses_without_one():
    functions = dict(public_functions())
    for name in ASKS_ITSELF:
        with pytest.raises(NoOrderInForce):
            knock(functions[name], scan=Scan("1", AT, "A", 1, 0, Channel.PHONE))


@pytest.mark.parametrize("door", queries.doors(), ids=lambda door: door.name)
def test_every_door_is_shut_while_no_order_is_in_force(door):
    with pytest.raises(NoOrderInForce):
        knock(door.function)


@pytest.mark.parametrize("door", queries.doors(), ids=lambda door: door.name)
def test_an_order_for_another_purpose_opens_nothing(door):
    others = [purpose for purpose in Purpose if purpose is not door.purpose]
    order_in_force(*others)
    with pytest.raises(NoOrderInForce):
        knock(door.function)


def hot_paths() -> set[str]:
    """The paths below the mode's address that any module of the doors for machines answers before Django."""
    text = "".join(
        file.read_text(encoding="utf-8") for file in (PACKAGE / "exchange").rglob("*.py")
    )
    return set(re.findall(r'"(/emergency-mode/[a-z/-]+)"', text))


def test_what_is_answered_before_django_refuses_too():
    assert hot_paths() == {scans.BASE}
    for path in ("", "/batch"):
        for token in ("", "Bearer anything"):
            said: list[str] = []
            body = b'{"id": "1", "entrance": "A", "pass": 1, "ids": [1], "at": [1], "passes": [1]}'
            environ = {
                "REQUEST_METHOD": "POST",
                "PATH_INFO": scans.BASE + path,
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_AUTHORIZATION": token,
                "wsgi.input": io.BytesIO(body),
            }
            scans.application(environ, lambda status, _headers, said=said: said.append(status))
            assert said == ["409 Conflict"], (path, token)


def test_no_command_and_no_other_room_goes_round_the_doors():
    """What imports a room of the mode is a page, a door for scans or plates, the drill of the demo, or the house."""
    mode = tuple(apps.get_app_config(label).name for label in ROOMS)
    own = {"epidemic", "portal", "config"}
    outside = [
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        if file.relative_to(PACKAGE).parts[0] not in own
        and any(name.startswith(mode) for name in imported(file))
    ]
    folders = {Path(each).parent.as_posix() for each in outside}
    assert folders == {"exchange/scans", "exchange/hl7v2", "commandline/city"}


def imported(file: Path) -> Iterator[str]:
    """Names of the modules that a file imports, `from a import b` as a.b."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def rows_of_the_mode() -> dict[str, int]:
    """How many rows each table of the mode holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        )
        tables = [
            name
            for (name,) in cursor.fetchall()
            if name.startswith(tuple(f"{label}_" for label in ROOMS))
        ]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def test_subscribers_and_schedules_write_nothing_while_it_sleeps():
    said = {
        "order": str(UUID(int=1)),
        "round": 1,
        "pool": str(UUID(int=2)),
        "place": "441202001002",
        "resident": 1,
    }
    with unit_of_work() as database:
        for kind in sorted({PRELIMINARY_POSITIVE, "identity.merged", "identity.unmerged"}):
            feed.announce(
                database,
                kind=kind,
                key="1",
                data={**said, "kept": 1, "retired": 2, "restored": 2},
                at=AT,
            )
    assert {"tracing.positives", "tracing.merges"} <= {each.name for each in feed.subscriptions()}
    feed.drain()
    for task in (task for _seconds, task in SCHEDULES.values()):
        if task.__module__.startswith(tuple(apps.get_app_config(label).name for label in MODE)):
            task(at=AT)
    assert feed.dead_letters() == []
    assert set(rows_of_the_mode().values()) == {0}

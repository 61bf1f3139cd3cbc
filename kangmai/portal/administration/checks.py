"""What the health page looks at: each check says what it found and how to mend it.

Only what a running server can see of itself; `kangmai doctor` looks at the machine as well.
"""

import datetime
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from kangmai import __version__
from kangmai.kernel import definitions, feed
from kangmai.portal.shell import words
from kangmai.portal.shell.bundle import bundle

FAR_BEHIND = 1000
LEAST_FREE_GB = 5
GIB = 2**30


class State(Enum):
    """How grave a finding is."""

    GOOD = "good"
    WARNING = "warning"
    FAULT = "danger"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `mend` is empty where there is nothing to do."""

    title: str
    state: State
    found: str
    mend: str = ""


def examine(at: datetime.datetime) -> tuple[Finding, ...]:
    """Run every check."""
    return tuple(check(at) for check in CHECKS)


def _software(at: datetime.datetime) -> Finding:
    return Finding(_("Kangmai"), State.GOOD, f"{__version__} · {words.instant(at)}")


def _database(at: datetime.datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), pg_database_size(current_database())"
        )
        version, size = cursor.fetchone()
    text = _("PostgreSQL %(version)s, %(size)s GB") % {
        "version": version,
        "size": f"{size / GIB:.2f}",
    }
    return Finding(_("Database"), State.GOOD, text)


def _disk(at: datetime.datetime) -> Finding:
    free = shutil.disk_usage(Path(settings.KEYS).parent).free / GIB
    text = _("%(free)s GB free") % {"free": f"{free:.1f}"}
    if free >= LEAST_FREE_GB:
        return Finding(_("Disk"), State.GOOD, text)
    return Finding(
        _("Disk"),
        State.FAULT,
        text,
        _("Make room or enlarge the disk: a full disk stops all writing."),
    )


def _definitions(at: datetime.datetime) -> Finding:
    kinds = definitions.kinds()
    faults = [fault for room, kind in kinds for fault in definitions.check(room, kind)[1]]
    if not faults:
        text = _("%(count)s kinds of rules, all sound") % {"count": len(kinds)}
        return Finding(_("Definitions"), State.GOOD, text)
    return Finding(
        _("Definitions"), State.FAULT, str(faults[0]), _("Run `kangmai definitions check`.")
    )


def _feed(at: datetime.datetime) -> Finding:
    lags = feed.lags()
    dead = sum(lag.dead_letters for lag in lags)
    waiting = max((lag.waiting for lag in lags), default=0)
    title = _("Event feed")
    if dead:
        text = _("%(count)s events failed") % {"count": dead}
        return Finding(
            title, State.FAULT, text, _("Open the page “Event feed” and repeat or dismiss them.")
        )
    text = _("the slowest reader has %(count)s events before it") % {"count": words.count(waiting)}
    if waiting > FAR_BEHIND:
        return Finding(title, State.WARNING, text, _("See that the worker runs."))
    return Finding(title, State.GOOD, text)


def _audit(at: datetime.datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(sealed_at) FROM kernel_audit_block")
        blocks, sealed_at = cursor.fetchone()
    text = _("%(count)s sealed blocks, the latest at %(when)s") % {
        "count": words.count(blocks),
        "when": words.instant(sealed_at),
    }
    return Finding(_("Audit trail"), State.GOOD, text)


def _front_end(at: datetime.datetime) -> Finding:
    if bundle():
        return Finding(_("Front end"), State.GOOD, _("the bundle is built"))
    return Finding(
        _("Front end"),
        State.WARNING,
        _("the bundle is missing: plain pages, no charts"),
        _("Run `python tools/frontend.py`, then start again."),
    )


CHECKS: tuple[Callable[[datetime.datetime], Finding], ...] = (
    _software,
    _database,
    _disk,
    _definitions,
    _feed,
    _audit,
    _front_end,
)

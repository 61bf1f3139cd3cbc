"""The worker process: hands events to their subscribers, runs what is due, seals the audit trail."""

import logging
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from django.db import OperationalError, connection

from kangmai.config.start import start
from kangmai.kernel.stopping import stop_on_signals

IDLE_SECONDS = 0.3
BUSY_SECONDS = 0.1
"""Between two rounds while there is work: many events a round cost hardly more than one."""
LOST_SECONDS = 2.0
LAKE_SECONDS = 5.0
STOP_SECONDS = 5.0

logger = logging.getLogger(__name__)


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    start(database_url=os.environ["DATABASE_URL"], keys=Path(os.environ["KANGMAI_KEYS"]))
    run(stop_on_signals())


def run(stop: threading.Event) -> None:
    """Turn the wheel until `stop` is set; a lost database is waited for."""
    from kangmai.config.schedules import SCHEDULES
    from kangmai.kernel import feed, garbage

    garbage.settle()
    helpers = [
        threading.Thread(target=target, args=(stop,), name=target.__name__, daemon=True)
        for target in (_do_jobs, _notify, _deliver, _fill_lake)
    ]
    for helper in helpers:
        helper.start()
    due = dict.fromkeys(SCHEDULES, 0.0)
    while not stop.is_set():
        try:
            busy = feed.drain()
            for name, (seconds, task) in SCHEDULES.items():
                if time.monotonic() >= due[name]:
                    task(at=datetime.now(UTC))
                    due[name] = time.monotonic() + seconds
            stop.wait(BUSY_SECONDS if busy else IDLE_SECONDS)
        except OperationalError:
            logger.warning("the database does not answer; trying again")
            connection.close()
            stop.wait(LOST_SECONDS)
    for helper in helpers:
        helper.join(STOP_SECONDS)


def _do_jobs(stop: threading.Event) -> None:
    """Long jobs have a thread of their own, so that events never wait for them."""
    from kangmai.exchange.fhir_rest.audit_events import audit_events
    from kangmai.records.actions import run_jobs

    run_jobs(stop, now=lambda: datetime.now(UTC), show=audit_events)


def _notify(stop: threading.Event) -> None:
    """So has what waits for other servers."""
    from kangmai.exchange.fhir_rest.subscriptions import send_notifications

    send_notifications(stop, now=lambda: datetime.now(UTC))


def _deliver(stop: threading.Event) -> None:
    """So have messages on their way out of the house."""
    from kangmai.messages.actions import send_due

    while not stop.is_set():
        try:
            if not send_due(at=datetime.now(UTC)):
                stop.wait(LOST_SECONDS)
        except OperationalError:
            connection.close()
            stop.wait(LOST_SECONDS)


def _fill_lake(stop: threading.Event) -> None:
    """So has the lake, whose night may last minutes."""
    from kangmai.analytics.actions import fill_if_due

    while not stop.is_set():
        try:
            fill_if_due(now=lambda: datetime.now(UTC))
        except OperationalError:
            connection.close()
        except Exception:
            logger.exception("the lake was not brought up to date; trying again when it is due")
        stop.wait(LAKE_SECONDS)


if __name__ == "__main__":
    main()
    logging.shutdown()
    # all is done and closed; taking the interpreter down would only make DuckDB's binding print its leaks
    os._exit(0)

"""Send notifications of Subscriptions: a POST to the endpoint, with the resource where a payload is wanted.

No redirect is followed and no proxy asked: the operator has allowed this origin and no other.
Source: https://hl7.org/fhir/R4/subscription.html#2.46.7.1 (rest-hook)
"""

import http.client
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit

import psycopg

from kangmai.exchange.fhir_rest.types import JSON
from kangmai.records import actions
from kangmai.records.actions import Notification

SECONDS = 10
AT_ONCE = 4
BATCH = 50
IDLE_SECONDS = 0.5
LOST_SECONDS = 5.0
RESERVED = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection"})

logger = logging.getLogger(__name__)


def send_notifications(stop: threading.Event, *, now: Callable[[], datetime]) -> None:
    """Send what is due until `stop` is set; a lost database is waited for."""
    while not stop.is_set():
        try:
            if not send_due(now=now):
                stop.wait(IDLE_SECONDS)
        except psycopg.OperationalError:
            logger.warning("the database does not answer; trying again")
            stop.wait(LOST_SECONDS)


def send_due(*, now: Callable[[], datetime]) -> int:
    """Send what is due now, a few at once; returns how many calls were made."""
    due = actions.take_notifications(limit=BATCH, at=now())
    if not due:
        return 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notify") as pool:
        failures = list(pool.map(_send, due))
    for notification, failure in zip(due, failures, strict=True):
        actions.settle_notification(notification, failure=failure, at=now())
    return len(due)


def _send(notification: Notification) -> str:
    """Make one call; returns why it failed, or nothing."""
    parts = urlsplit(notification.endpoint)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {n: v for n, v in notification.headers if n.lower() not in RESERVED}
    if notification.body:
        headers["Content-Type"] = JSON
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("POST", path, notification.body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"The endpoint did not answer ({type(error).__name__})."
    finally:
        connection.close()
    return "" if 200 <= status < 300 else f"The endpoint answered {status}."

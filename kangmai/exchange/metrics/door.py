"""`GET /metrics`: what the doors answered, how full tables and queues are. Numbers only, for whoever has the token.

Source: Prometheus text format, https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg
from django.conf import settings

from kangmai.kernel import feed, metrics
from kangmai.kernel.connections import close_own, give_back, reading

PATH = "/metrics"
TEXT = "text/plain; version=0.0.4; charset=utf-8"

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

# name, kind, what it means, SQL of (labels, value)
TOLD = (
    ("kangmai_database_bytes", "gauge", "Size of the database.",
     "SELECT '', pg_database_size(current_database())::float8"),
    ("kangmai_database_connections", "gauge", "Connections by state.",
     """SELECT format('state="%s"', coalesce(state, 'other')), count(*)::float8 FROM pg_stat_activity
        WHERE datname = current_database() GROUP BY 1 ORDER BY 1"""),
    ("kangmai_versions_written_total", "counter", "Versions of resources written (numbers of the log that were given).",
     "SELECT '', coalesce(pg_sequence_last_value('records_log_seq'), 0)::float8"),
    ("kangmai_audit_rows_total", "counter", "Rows of the audit trail (numbers that were given).",
     "SELECT '', coalesce(pg_sequence_last_value('kernel_audit_seq'), 0)::float8"),
    ("kangmai_jobs", "gauge", "Bulk exports and imports by kind and state.",
     """SELECT format('kind="%s",state="%s"', kind, state), count(*)::float8 FROM records_job
        GROUP BY kind, state ORDER BY 1"""),
    ("kangmai_notifications_waiting", "gauge", "Calls of Subscriptions that wait to be made.",
     "SELECT '', count(*)::float8 FROM records_notification"),
    ("kangmai_added_parameters", "gauge", "Added search parameters by state.",
     """SELECT format('state="%s"', state), count(*)::float8 FROM records_parameter
        GROUP BY state ORDER BY 1"""),
    ("kangmai_hl7_messages", "gauge", "HL7 v2 messages that are kept, by state.",
     "SELECT format('state=\"%s\"', state), count(*)::float8 FROM hl7v2_message GROUP BY state ORDER BY 1"),
)  # fmt: skip


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request at `/metrics`."""
    if not settings.METRICS_TOKEN:
        return _send(start_response, "404 Not Found", b"KANGMAI_METRICS_TOKEN is not set\n")
    given = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return _send(start_response, "401 Unauthorized", b"send Authorization: Bearer <token>\n")
    try:
        body = "".join(f"{line}\n" for line in lines()).encode()
    except psycopg.Error:
        close_own()
        return _send(start_response, "503 Service Unavailable", b"no database\n")
    finally:
        give_back()
    return _send(start_response, "200 OK", body)


def _send(start_response: StartResponse, status: str, body: bytes) -> list[bytes]:
    headers = [("Content-Type", TEXT), ("Content-Length", str(len(body)))]
    headers += [("Retry-After", "5")] if status.startswith("503") else []
    start_response(status, headers)
    return [body]


def lines() -> Iterator[str]:
    """Every figure, each kind after what it means."""
    metrics.flush()
    yield "# HELP kangmai_fhir_request_seconds Answers of the FHIR door by route and status."
    yield "# TYPE kangmai_fhir_request_seconds histogram"
    for name, labels, value in metrics.counted():
        yield _line(name, labels, value)
    with reading() as database:
        for name, kind, text, sql in TOLD:
            yield from (f"# HELP {name} {text}", f"# TYPE {name} {kind}")
            for labels, value in database.execute(sql).fetchall():
                yield _line(name, labels, value)
    yield "# HELP kangmai_feed_waiting Events that a subscriber has not handled yet."
    yield "# TYPE kangmai_feed_waiting gauge"
    for lag in feed.lags():
        yield _line("kangmai_feed_waiting", f'subscriber="{lag.subscriber}"', lag.waiting)
        yield _line("kangmai_feed_dead", f'subscriber="{lag.subscriber}"', lag.dead_letters)


def _line(name: str, labels: str, value: float) -> str:
    return f"{name}{{{labels}}} {value:.15g}" if labels else f"{name} {value:.15g}"

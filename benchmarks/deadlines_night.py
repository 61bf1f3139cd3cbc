"""A night in which 20,000 deadlines of a city are missed: marked, told and announced in 2 s.

python benchmarks/deadlines_night.py [--deadlines 20000] [--institutions 1400]
"""

import datetime
import json
import tempfile
import time
from pathlib import Path

import click

AT = datetime.datetime(2026, 3, 2, 2, tzinfo=datetime.UTC)
NIGHT = AT + datetime.timedelta(days=14.7)
PORTION = 5000


@click.command()
@click.option("--deadlines", default=20_000)
@click.option("--institutions", default=1400)
def main(deadlines: int, institutions: int) -> None:
    """Measure on a database made for it."""
    from kangmai.commandline.opening import opened

    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "data"):
        print(json.dumps(measure(deadlines, institutions), indent=1))


def measure(count: int, institutions: int) -> dict[str, object]:
    """Seconds, statements and messages of one night."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from kangmai.deadlines import actions
    from kangmai.deadlines import models as deadlines
    from kangmai.messages import models as messages

    _begin(count, institutions)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE deadlines_deadline")
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        looked_at = actions.escalate_due(at=NIGHT)
    seconds = time.perf_counter() - began
    return {
        "looked_at": looked_at,
        "missed": deadlines.Deadline.objects.filter(state="missed").count(),
        "seconds": round(seconds, 2),
        "statements": len(captured),
        "messages": messages.Message.objects.count(),
    }


def _begin(count: int, institutions: int) -> None:
    from kangmai.deadlines import actions
    from kangmai.deadlines.types import Start, Subject
    from kangmai.kernel.actor import operator

    for first in range(0, count, PORTION):
        starts = [
            Start(
                definition="hypertension_referral_follow_up",
                subject=Subject("visit", str(number)),
                started_at=AT,
                owner_org=number % institutions + 1,
                place_code=f"4412{number % 8 + 2:02d}001001",
            )
            for number in range(first, min(first + PORTION, count))
        ]
        actions.start(starts, actor=operator("benchmark"), at=AT)


if __name__ == "__main__":
    main()

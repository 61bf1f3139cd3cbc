"""A visit of a hypertension programme saved in well under 150 ms: answers, decision, plan, deadline, hand-over, trail.

Each visit is of a resident with a year of visits; one in ten is an emergency and one in ten a late entry that
makes a later visit be judged anew. Prints milliseconds (p50, p95) and how many statements each kind takes.

    python benchmarks/programmes_visit.py [--rounds 200]
"""

import datetime
import json
import statistics
import tempfile
import time
from pathlib import Path

import click

PAST = (-280, -190, -100, -14)


@click.command()
@click.option("--rounds", default=200)
def main(rounds: int) -> None:
    """Measure on a database made for it."""
    from kangmai.commandline.opening import opened

    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "data"):
        print(json.dumps(measure(rounds), indent=1))


def measure(rounds: int) -> dict[str, object]:
    """Milliseconds and statements of each kind of visit."""
    from tests.factories import programmes as factory

    usual = factory.answers()
    emergency = factory.answers(systolic="186", diastolic="112")
    late_on = (factory.TODAY - datetime.timedelta(20)).isoformat()
    late = factory.answers(visited_on=late_on, systolic="158")
    kinds = {"routine": (usual, 8), "emergency": (emergency, 1), "late entry": (late, 1)}
    found: dict[str, object] = {}
    for name, (given, tenths) in kinds.items():
        spans, statements = [], []
        for number in range(max(5, rounds * tenths // 10) + 3):
            milliseconds, count = _save(_enrolled(), given)
            if number >= 3:  # the first fill caches
                spans.append(milliseconds)
                statements.append(count)
        found[name] = {
            "visits": len(spans),
            "p50_ms": round(statistics.median(spans), 1),
            "p95_ms": round(statistics.quantiles(spans, n=20)[-1], 1),
            "statements": max(statements),
        }
    return found


def _enrolled():  # type: ignore[no-untyped-def]
    """An enrolment with a year of visits."""
    from kangmai.programmes.engine import actions, queries
    from kangmai.programmes.engine.types import Method, VisitDraft
    from tests.factories import programmes as factory

    enrolled = factory.enrolment(on=factory.TODAY - datetime.timedelta(300))
    drafts = [
        VisitDraft(
            enrolment_id=enrolled.id,
            service="followup",
            visited_on=factory.TODAY + datetime.timedelta(days),
            entered_at=factory.AT + datetime.timedelta(days),
            method=Method.FACE_TO_FACE,
            facts={"systolic": 150, "diastolic": 84},
            organization=enrolled.organization,
        )
        for days in PAST
    ]
    actions.load_visits(drafts, actor=factory.ADMIN, at=factory.AT)
    return queries.get_enrolment(enrolled.id, actor=factory.DOCTOR, at=factory.AT)


def _save(enrolled, given) -> tuple[float, int]:  # type: ignore[no-untyped-def]
    """Milliseconds and statements of one visit."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.factories import programmes as factory

    began = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        factory.visit(enrolled, given=given)
    return (time.perf_counter() - began) * 1000, len(captured)


if __name__ == "__main__":
    main()

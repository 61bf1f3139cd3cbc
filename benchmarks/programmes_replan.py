"""Plan a city's hypertension programme anew: at night when little differs, and after a change when all does.

    python benchmarks/programmes_replan.py [--people 600000]

The peer is the plan of one, in Python, with the visits of a sample read beforehand.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from programmes_rows import AT, TODAY, city


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=600_000)
    people = parser.parse_args().people
    with city(people):
        from datetime import timedelta

        from kangmai.kernel.actor import operator
        from kangmai.programmes.engine import actions

        actor = operator("benchmark")
        asked = {"programme_id": "hypertension", "actor": actor, "at": AT}
        first = actions.replan(on=TODAY, **asked)
        same = actions.replan(on=TODAY, **asked)
        night = actions.replan(on=TODAY + timedelta(1), **asked)
        found = {
            "enrolments": first.enrolments,
            "all_differ_s": round(first.seconds, 1),
            "all_differ_changed": first.changed,
            "nothing_differs_s": round(same.seconds, 1),
            "next_night_s": round(night.seconds, 1),
            "next_night_changed": night.changed,
            "one_by_one_in_python_s": round(_one_by_one(people), 1),
        }
    print(json.dumps(found))


def _one_by_one(people: int) -> float:
    """Seconds that planning everybody in Python would take, from a sample of a thousand."""
    from kangmai.programmes.engine import models
    from kangmai.programmes.engine.definition.reading import programme
    from kangmai.programmes.engine.history import done_until, visits_of
    from kangmai.programmes.engine.planning import Anchors, plan

    definition = programme("hypertension", on=TODAY)
    rows = list(models.Enrolment.objects.all()[:1000])
    started = time.perf_counter()
    for row in rows:
        plan(
            definition.services,
            definition.late,
            on=TODAY,
            anchors=Anchors(row.enrolled_on, None, {}),
            done=done_until(visits_of(row), on=TODAY),
        )
    return (time.perf_counter() - started) / len(rows) * people


if __name__ == "__main__":
    main()

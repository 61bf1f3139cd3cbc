"""A night's look of the watchdog over a year of a city's visits: seconds and memory, and that it finds what was planted.

    python benchmarks/programmes_watchdog.py [--people 270000]

270,000 managed residents have about a million visits in a year. The teams of some villages were given habits
that the watchdog is to find; whoever else is found was found by chance or by a fault.
"""

import argparse
import json
import resource
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from programmes_rows import AT, city

ROUNDED, COPIED, HURRIED = range(100, 120), range(200, 220), range(300, 320)
"""Villages whose readings end in 0, are those of the visit before, or are all entered within an hour."""

# working hours, one account a village, values without a pattern of their own
_ORDINARY = """
UPDATE programmes_visit v SET account = v.organization,
    entered_at = v.visited_on + time '01:00' + make_interval(mins => (h & 511)::int),
    measures = jsonb_build_object('systolic', 112 + (h >> 9) % 61, 'diastolic', 61 + (h >> 17) % 37)
FROM (SELECT id, abs(hashtextextended(id::text, 7)) AS h FROM programmes_visit) x WHERE x.id = v.id"""
_ROUNDED = """
UPDATE programmes_visit SET measures = jsonb_build_object('systolic', (measures->>'systolic')::int / 10 * 10,
    'diastolic', (measures->>'diastolic')::int / 10 * 10)
WHERE organization = ANY(%s)"""
_COPIED = """
UPDATE programmes_visit v SET measures = f.measures
FROM (SELECT DISTINCT ON (enrolment_id) enrolment_id, measures FROM programmes_visit WHERE organization = ANY(%s)
      ORDER BY enrolment_id, visited_on) f
WHERE f.enrolment_id = v.enrolment_id"""
_HURRIED = """
UPDATE programmes_visit SET entered_at = date_trunc('month', visited_on) + interval '4 days 1 hour'
    + make_interval(secs => (hashtext(id::text) & 2047)), visited_on = date_trunc('month', visited_on)::date + 4
WHERE organization = ANY(%s)"""


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=270_000)
    with city(parser.parse_args().people):
        from django.db import connection

        from kangmai.programmes.engine.models import Visit
        from kangmai.programmes.watchdog.models import Finding

        with connection.cursor() as cursor:
            cursor.execute(_ORDINARY)
            for statement, villages in ((_ROUNDED, ROUNDED), (_COPIED, COPIED), (_HURRIED, HURRIED)):  # fmt: skip
                cursor.execute(statement, [list(villages)])
            cursor.execute("VACUUM ANALYZE programmes_visit")
        visits = Visit.objects.count()
        first, peak = _watched()
        found = sorted(Finding.objects.values_list("detector", "organization"))
        again, _ = _watched()
        assert Finding.objects.count() == len(found), "what stands open is not told twice"
    planted = {("digits", ROUNDED), ("same_again", COPIED), ("pace", HURRIED)}
    wanted = {(detector, village) for detector, villages in planted for village in villages}
    print(
        json.dumps(
            {
                "visits": visits,
                "first_night_s": round(first, 1),
                "next_night_s": round(again, 1),
                "python_mb_at_most": round(peak),
                "database_mb_at_most": round(_DATABASE[0]),
                "planted": len(wanted),
                "planted_found": len(wanted & set(found)),
                "others": len({each[1] for each in found} - {each[1] for each in wanted}),
                "findings": len(found),
            }
        )
    )


_DATABASE = [0.0]
"""The most memory of its own that the backend of this connection had, in MB."""


def _watched() -> tuple[float, float]:
    """Seconds of one night, and the most memory of this process in MB."""
    from django.db import connection

    from kangmai.config.schedules import watch_visits

    done = threading.Event()
    pid = connection.connection.info.backend_pid
    spy = threading.Thread(target=_look_at, args=(pid, done), daemon=True)
    spy.start()
    started = time.perf_counter()
    watch_visits(at=AT)
    seconds = time.perf_counter() - started
    done.set()
    spy.join()
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _look_at(pid: int, done: threading.Event) -> None:
    """Keep the most private memory of a backend until it is done."""
    status = Path(f"/proc/{pid}/status")
    while not done.wait(0.2) and status.is_file():
        kept = next((line for line in status.read_text().splitlines() if line.startswith("RssAnon")), "RssAnon: 0")  # fmt: skip
        _DATABASE[0] = max(_DATABASE[0], int(kept.split()[1]) / 1024)


if __name__ == "__main__":
    main()

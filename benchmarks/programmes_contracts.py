"""All contracts of a city counted in a night, and those of one resident after a visit: seconds.

    python benchmarks/programmes_contracts.py [--people 270000]

Every managed resident has a contract with the packages *basic* and *hypertension* since the first of January and
up to four visits of the year.
"""

import argparse
import json
import os
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from programmes_rows import TODAY, city

_TEAM = """
INSERT INTO contracts_team (id, name, organization, place_code, leader, phone, is_open, key, version)
SELECT gen_random_uuid(), 'team', 1, '441202001', 1, '', true, gen_random_uuid(), 1 RETURNING id"""
_CONTRACTS = """
INSERT INTO contracts_contract (id, resident_id, team_id, organization, place_code, state, packages, years, signature,
    signed_on, begins_on, ends_on, planned_end_on, end_reason, note, promised, done, key, account, version)
SELECT gen_random_uuid(), id, %s, managing_org, place_code, 'signed', '{basic,hypertension}', 1, 'paper', '2026-01-01',
       '2026-01-01', '2026-12-31', '2026-12-31', '', '', 0, 0, gen_random_uuid(), 1, 1
FROM identity_resident"""
_YEARS = """
INSERT INTO contracts_contractyear (contract_id, begins_on, ends_on, promised, done, is_whole)
SELECT id, begins_on, ends_on, 0, 0, true FROM contracts_contract"""


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=270_000)
    with city(parser.parse_args().people):
        from django.db import connection

        from kangmai.programmes.contracts import reckoning

        with connection.cursor() as cursor:
            cursor.execute(_TEAM)
            cursor.execute(_CONTRACTS, cursor.fetchone())
            cursor.execute(_YEARS)
            cursor.execute("VACUUM ANALYZE contracts_contract, contracts_contractyear")
            cursor.execute("SELECT count(*) FROM programmes_visit")
            (visits,) = cursor.fetchone()
        load = os.getloadavg()[0]
        first, changed = _timed(lambda: reckoning.write_counts(on=TODAY))
        again, nothing = _timed(lambda: reckoning.write_counts(on=TODAY))
        one = [
            _timed(lambda id=id: reckoning.write_counts(on=TODAY, residents=[id]))[0]
            for id in range(1000, 1100)
        ]
    assert nothing == 0, "what stands is not written again"
    print(
        json.dumps(
            {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "load_at_begin": round(load, 1),
                "contracts": changed,
                "visits": visits,
                "first_night_s": round(first, 1),
                "next_night_s": round(again, 1),
                "one_resident_ms_median": round(1000 * statistics.median(one), 1),
            }
        )
    )


def _timed(work) -> tuple[float, int]:
    started = time.perf_counter()
    done = work()
    return time.perf_counter() - started, done


if __name__ == "__main__":
    main()

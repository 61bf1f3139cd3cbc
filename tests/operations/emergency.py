"""An order in force in a data folder of its own, for tests that kill what runs on it; a program by itself.

python -m tests.operations.emergency prepare DATA   what a scanner and a laboratory need, as JSON
python -m tests.operations.emergency plates DATA    import and publish every plate, telling each on stdout
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

TUBES, PLATE = 24, 2
"""Tubes of the day, and how many of them one plate holds."""
PEOPLE = 200


def labels() -> list[str]:
    """The tubes of the day."""
    return [f"T{n:011d}" for n in range(1, TUBES + 1)]


def prepare() -> None:
    """People with passes, a venue, a device; tubes in a laboratory that wait for their plates."""
    from kangmai.epidemic.venues import actions
    from tests.epidemic.nucleic_acid import factories as testing
    from tests.epidemic.venues import factories as venues

    now = datetime.now(UTC).replace(microsecond=0)
    venues.woken(at=now - timedelta(days=1))
    place = venues.venue(at=now)
    passes = [venues.number_of(venues.person(at=now)) for _ in range(PEOPLE)]
    _, token = actions.add_device(name="读码器", venue_id=place.id, actor=venues.KEEPER, at=now)

    town = testing.build(people=TUBES)
    people = [each.index_number for each in town.residents]
    for n, label in enumerate(labels()):
        testing.take(town, testing.tube([people[n]], label=label))
    testing.deliver(town, *labels())
    made = {"entrance": place.entrances[0].code, "passes": passes, "token": token}
    print(json.dumps(made), flush=True)


def plates() -> None:
    """Import and publish the plates; what stands already is told like what is new."""
    from kangmai.epidemic.nucleic_acid import actions
    from kangmai.epidemic.nucleic_acid.types import PlateState
    from tests.epidemic.nucleic_acid import factories as testing

    for first in range(0, TUBES, PLATE):
        cycles = dict.fromkeys(labels()[first : first + PLATE], testing.NEGATIVE)
        facts, file = testing.run(f"P{first:05d}"), testing.run_file(cycles)
        at = testing.LATER
        taken = actions.import_run(facts=facts, file=file, actor=testing.TECHNICIAN, at=at)
        if taken.state is PlateState.IMPORTED:
            actions.review_plate(
                plate_id=taken.plate_id, expected_version=1, actor=testing.REVIEWER, at=at
            )
            print(facts.code, flush=True)


WORK: dict[str, Callable[[], None]] = {"prepare": prepare, "plates": plates}


def main() -> None:
    """Do the work named on a data folder."""
    from kangmai.commandline.opening import opened

    _, name, data = sys.argv
    with opened(Path(data)):
        WORK[name]()


if __name__ == "__main__":
    main()

"""How long a follow-up takes to be read, proposed and saved, beside the same resources written by hand.

The peer is the record itself: the same QuestionnaireResponse and Observations as one transaction, without
a form around them. Both run on the same embedded database, in turn.

    python benchmarks/forms_save.py [--rounds 200] [--history 400]
"""

import datetime
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

TODAY = datetime.date(2026, 5, 2)
AT = datetime.datetime(2026, 5, 2, 2, tzinfo=datetime.UTC)
TYPED = {
    "visited_on": "2026-05-02",
    "method": "1",
    "systolic": "132",
    "diastolic": "84",
    "heart_rate": "72",
    "height": "168",
    "weight_now": "70.5",
    "symptoms": ("1",),
    "adherence": "1",
    "adverse_reaction": "1",
    "salt": "2",
    "drugs.0.name": "氨氯地平",
    "drugs.0.dose": "5mg",
    "drugs.0.times_a_day": "1",
    "doctor": "梁医生",
}


def timed(rounds: int, call: Callable[[int], object]) -> list[float]:
    """Milliseconds of each call, after ten to warm up."""
    for number in range(10):
        call(-1 - number)
    spans = []
    for number in range(rounds):
        begun = time.perf_counter()
        call(number)
        spans.append((time.perf_counter() - begun) * 1000)
    return spans


def say(name: str, spans: list[float]) -> float:
    """Print median and 95th percentile; returns the median."""
    middle, high = statistics.median(spans), statistics.quantiles(spans, n=20)[-1]
    print(f"{name:<34} median {middle:7.2f} ms   p95 {high:7.2f} ms")
    return middle


@click.command()
@click.option("--rounds", default=200)
@click.option("--history", default=400, help="Observations the resident has already.")
def main(rounds: int, history: int) -> None:
    """Measure on a database made for it."""
    from kangmai.commandline.opening import opened

    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)):
        measure(rounds, history)


def measure(rounds: int, history: int) -> None:
    """Read, propose, save, and write by hand."""
    from kangmai.forms import actions, queries, rules, writing
    from kangmai.forms.fhir import About, to_observations, to_response
    from kangmai.kernel import audit
    from kangmai.kernel.actor import operator
    from kangmai.records import actions as records
    from tests.factories import forms as factory

    form, resident, actor = (
        queries.form("hypertension_followup", on=TODAY),
        factory.resident(),
        operator("benchmark"),
    )
    for number in range(history):
        day = (TODAY - datetime.timedelta(days=number)).isoformat()
        factory.measure(resident.patient_id, factory.pressure(120 + number % 40, 80), on=day)
    subject = rules.subject_of(resident)
    answers = rules.read_answers(form, TYPED, subject=subject, on=TODAY).answers
    about = About(f"Patient/{resident.patient_id}", {"display": "x"}, AT)

    def by_hand(number: int) -> None:
        made = to_observations(
            form, answers, about=about, effective_on=TODAY, response=writing.RESPONSE
        )
        response = writing.create(
            to_response(form, answers, about=about), full_url=writing.RESPONSE
        )
        records.transact([response, *map(writing.create, made.values())], actor=actor, at=AT)

    def save(number: int) -> None:
        actions.save_answers(
            form=form,
            resident_id=resident.id,
            given=TYPED,
            key=f"benchmark-{number}",
            actor=actor,
            at=AT,
        )

    say(
        "read and check the answers",
        timed(rounds, lambda n: rules.read_answers(form, TYPED, subject=subject, on=TODAY)),
    )
    say(
        f"propose from {history} Observations",
        timed(
            rounds,
            lambda n: queries.proposals(
                form, resident_id=resident.id, on=TODAY, actor=actor, at=AT
            ),
        ),
    )
    peer = say("the same resources by hand", timed(rounds, by_hand))
    own = say("save the form", timed(rounds, save))
    print(f"saving a form takes {own / peer:.2f} times the bare transaction")
    audit.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()

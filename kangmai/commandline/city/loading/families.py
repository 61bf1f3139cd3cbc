"""Couples about to marry, pregnancies in prenatal screening, and parents who lost their child, of the invented city."""

from datetime import date, timedelta
from typing import Any

from kangmai.commandline.city.loading.chosen import Chosen, Seen

FIT = {"opinion": "fit", "are_relatives": False, "to_settle": False, "certified": True, "mcv": 88.5, "mch": 29.4}  # fmt: skip
SMALL_CELLS = {"mcv": 74.2, "mch": 23.8}


def marrying(people: Any, row: int, on: date, chance: float) -> Chosen:
    """Somebody who asked for the premarital examination: one in five was not seen yet, one in five has small cells."""
    days = 3 + int(200 * ((chance * 7) % 1))
    asked = on - timedelta(days)
    if chance < 0.2:
        return Chosen(row, "premarital", asked, {"asked": asked}, ())
    facts = {**FIT, **(SMALL_CELLS if chance > 0.8 else {})}
    anchors = {"asked": asked, "checked": asked + timedelta(1)}
    return Chosen(row, "premarital", asked, anchors, (Seen("check", days - 1, facts, "first"),))


def screened_before_birth(row: int, booked: date, period: date, on: date, chance: float) -> Chosen:
    """A pregnancy: both tested for thalassaemia at the booking, then serum and ultrasound in their weeks.

    One in six has a high risk; half of these have come to their diagnosis.
    """
    is_high = chance > 5 / 6
    days = {
        "thalassaemia": booked + timedelta(1),
        "aneuploidy": period + timedelta(7 * 16 + 2),
        "ultrasound": period + timedelta(7 * 22),
    }
    seen = [
        Seen(service, (on - day).days, facts, occasion)
        for (service, day), (facts, occasion) in zip(
            days.items(), _results(is_high=is_high), strict=True
        )
        if booked < day < on
    ]
    anchors = {"last_period": period}
    told = days["aneuploidy"]
    if is_high and booked < told < on:
        anchors["high_risk"] = told
        if chance > 11 / 12 and told + timedelta(33) < on:
            anchors["settled"] = told + timedelta(33)
            seen += _diagnosed(told, on)
    return Chosen(row, "prenatal", booked, anchors, tuple(seen))


COLOURS = {b"3": "orange", b"4": "red", b"5": "purple"}


def watched_specially(
    row: int, colour: bytes, booked: date, period: date, on: date, chance: float
) -> Chosen | None:
    """The special file of a pregnancy at risk: one in four is not opened yet, the others are followed by their colour."""
    if colour not in COLOURS:
        return None
    name = COLOURS[colour]
    anchors = {"last_period": period, "found": booked}
    if name != "purple":
        anchors[f"{name}_on"] = booked
    ago = (on - booked).days
    calm = {"colour": name if name != "purple" else "green", "is_infected": name == "purple", "step": "followed", "is_following": True, "systolic": 124, "diastolic": 78}  # fmt: skip
    filed = Seen("file", ago - 1, {"colour": name, "reported_on": booked + timedelta(1)}, "f1")
    every = {"orange": 14, "red": 7, "purple": 28}[name]
    follows = (Seen("follow", days, calm) for days in range(ago - 8, 0, -every))
    return Chosen(
        row, "high_risk_pregnancy", booked, anchors, (filed, *follows) if chance > 0.25 else ()
    )


def _results(*, is_high: bool) -> tuple[tuple[dict[str, Any], str], ...]:
    couple = {"mcv": 87.0, "mch": 29.1, "husband_tested": True, "husband_mcv": 90.2, "husband_mch": 30.4}  # fmt: skip
    serum = {"test": "serum_second", "result": "high" if is_high else "low"}
    return (couple, "t1"), (serum, "s1"), ({"structure": "normal"}, "u2")


def _diagnosed(told: date, on: date) -> list[Seen]:
    steps = ((4, {"step": "counselled"}, "d1"), (9, {"step": "sampled"}, ""), (33, {"step": "result", "fetus": "normal"}, ""))  # fmt: skip
    return [
        Seen("diagnosis", (on - told).days - after, facts, occasion)
        for after, facts, occasion in steps
    ]


def bereaved(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A parent whose only child died: two in three have contacts, green channel and contract."""
    is_arranged = chance < 2 / 3
    facts = {
        "kind": "died",
        "two_contacts": True,
        "green_channel": is_arranged,
        "contracted": is_arranged,
        "is_ill": chance < 0.1,
    }
    known = on - timedelta(400)
    days = 5 + int(80 * chance)
    visits = (Seen("contact", days + 100, facts), Seen("contact", days, facts))
    return Chosen(row, "special_family", known, {"recognised": known - timedelta(600)}, visits)

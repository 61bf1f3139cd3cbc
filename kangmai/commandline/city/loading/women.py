"""Women of the invented city: screened for two cancers, planning a child, pregnant, and delivered within the year."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kangmai.commandline.city.columns import TownChunk
from kangmai.commandline.city.loading.chosen import Chosen, Seen
from kangmai.commandline.city.loading.families import screened_before_birth, watched_specially
from kangmai.commandline.city.streams import Flags, Whole

FINE = {
    "systolic": 112, "diastolic": 70, "bmi": 21.4, "haemoglobin": 124, "fasting_glucose": 4.9, "hbsag": "neg",
    "husband_hbsag": "neg", "rubella_igg": "pos", "rh": "pos", "tsh": "normal", "folic_acid": "2",
}  # fmt: skip
FINDINGS = ({"rubella_igg": "neg"}, {"mcv": 78.0, "husband_mcv": 76.5}, {"hbsag": "pos"})
PREGNANT = {"pregnant": "yes", "early_folic_acid": "1", "early_exposed": False, "bleeding": False}
BORN = {"outcome": "live", "weeks": 39, "birth_weight": 3180, "has_defect": False}


def screened(people: Any, row: int, on: date, chance: float) -> Chosen:
    """Seen for both within the year; one in five has another HPV type, one in ten a finding
    of the breast that a mammogram explains, one in ten no breast visit yet.

    Of a hundred one has the dangerous type, and six weeks later the colposcopy and what was found, early. Of four with
    another type three have their cytology.
    """
    days, tenth = 50 + int(280 * chance), int((chance * 1000) % 10)
    tested = {"hpv": "neg"} if chance < 0.8 else {"hpv": "other", "cytology": "nilm"}
    cervical = Seen("cervical", days, {"hpv": "other"} if 0.95 < chance < 0.99 else tested)
    breast = Seen("breast", days, {"ultrasound": "3" if tenth == 1 else "2"})
    visits: tuple[Seen, ...] = (cervical,) if tenth == 0 else (cervical, breast)
    if tenth == 1:
        visits += (Seen("breast", days - 40, {"ultrasound": "3", "mammography": "2"}),)
    if chance > 0.99:
        looked = {"hpv": "t16_18", "colposcopy": "suspicious", "cervical_pathology": "cin23", "cervical_treated": True}  # fmt: skip
        visits = (Seen("cervical", days, {"hpv": "t16_18"}), breast, Seen("cervical", days - 42, looked))  # fmt: skip
    return Chosen(row, "two_cancer", on - timedelta(360), {}, visits)


def expecting(chunk: TownChunk, first: int) -> Flags:
    """Who of this part of the town is pregnant on the day."""
    found = np.zeros(len(chunk.residents), dtype=bool)
    rows = chunk.pregnancies.woman - first
    found[rows[(rows >= 0) & (rows < len(found))]] = True
    return found


def planning(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A couple that told its plan up to 420 days ago: one in ten was not checked yet, of one in five the husband
    did not come, three in ten have a finding, half are pregnant within the year."""
    days = 20 + int(400 * ((chance * 7) % 1))
    planned, tenth = on - timedelta(days), int((chance * 100) % 10)
    if chance < 0.1:
        return Chosen(row, "prepregnancy", planned, {"planned": planned}, ())
    facts = {**FINE, "husband_checked": (chance * 5) % 1 > 0.2}
    facts |= FINDINGS[tenth] if tenth < len(FINDINGS) else {}
    seen = [Seen("check", days - 9, facts, "first")]
    anchors = {"planned": planned, "checked": planned + timedelta(9)}
    if days > 130:
        seen.append(Seen("early", days - 110, PREGNANT if chance > 0.5 else {"pregnant": "not_yet"}, "e1"))  # fmt: skip
    if days > 130 and chance > 0.5:
        anchors["last_period"] = planned + timedelta(60)
    if days > 370 and chance > 0.5:
        anchors["ended"] = planned + timedelta(338)
        seen.append(Seen("outcome", days - 360, BORN, "end"))
    return Chosen(row, "prepregnancy", planned, anchors, tuple(seen))


def pregnant(chunk: TownChunk, inside: Whole, first: int, on: date, chance: NDArray[np.float64]) -> Iterator[Chosen]:  # fmt: skip
    """Women who are pregnant on the day, with their booking and prenatal screening; `inside`: rows of the table."""
    table = chunk.pregnancies
    for position in inside.tolist():
        if np.isnat(table.booked_on[position]):
            continue
        period: date = table.last_period_on[position].astype(object)
        booked: date = min(table.booked_on[position].astype(object), on - timedelta(1))
        colour = bytes(table.risk_colour[position])
        facts = {
            **SEEN_WELL,
            "yellow_factor": colour == b"2",
            "orange_factor": colour == b"3",
            "red_factor": colour == b"4",
            "is_infected": colour == b"5",
        }
        visits = [Seen("antenatal", (on - booked).days, facts, "a1")]
        visits += [each for each in _antenatal(period, on, SEEN_WELL) if each.days_ago < visits[0].days_ago - 14]  # fmt: skip
        row = int(table.woman[position]) - first
        yield Chosen(row, "maternal", booked, {"last_period": period}, tuple(visits))
        yield screened_before_birth(row, booked, period, on, float(chance[row]))
        if file := watched_specially(row, colour, booked, period, on, float(chance[row])):
            yield file


SEEN_WELL = {"systolic": 112, "diastolic": 70, "haemoglobin": 116}
ANTENATAL = (("a2", 18), ("a3", 26), ("a4", 31), ("a5", 37))
"""Occasion and week of the visits after the booking."""
PREGNANCY_DAYS = 273
LATE_BOOKED = 0.06
STAY_DAYS = 3
MANAGED_DAYS = 46
"""After so many days the last visit after birth was made and the enrolment is complete."""


def delivered(row: int, born: date, on: date, chance: float) -> Iterator[Chosen]:
    """A mother of the last year: booked early but for one in sixteen, seen before birth, at birth and twice after it."""
    period = born - timedelta(PREGNANCY_DAYS + int(14 * chance))
    booked = period + timedelta(105 if chance < LATE_BOOKED else 56 + int(28 * chance))
    seen = [Seen("antenatal", (on - booked).days, SEEN_WELL, "a1")]
    seen += [each for each in _antenatal(period, on, SEEN_WELL) if each.days_ago > (on - born).days]
    ago = (on - born).days
    seen.append(Seen("delivery", ago, {"live_births": 1}, "birth"))
    if (chance * 17) % 1 > 0.05:
        seen.append(Seen("postpartum", ago - 8, SEEN_WELL, "pp1"))
    if (chance * 29) % 1 > 0.08:
        seen.append(Seen("day42", ago - 42, SEEN_WELL, "pp42"))
    anchors = {"last_period": period, "delivery": born, "discharge": born + timedelta(STAY_DAYS)}
    is_over = ago > MANAGED_DAYS
    closed = born + timedelta(MANAGED_DAYS) if is_over else None
    visits = tuple(each for each in seen if each.days_ago > 0)
    yield Chosen(row, "maternal", booked, anchors, visits, closed)
    before = screened_before_birth(row, booked, period, on, min(chance, 0.8))
    yield Chosen(row, "prenatal", booked, before.anchors, before.visits, closed)


def _antenatal(period: date, on: date, facts: dict[str, Any]) -> Iterator[Seen]:
    for occasion, week in ANTENATAL:
        ago = (on - period).days - 7 * week
        if ago > 0:
            yield Seen("antenatal", ago, facts, occasion)

"""What the schedule says of the doses on record: each valid or not with its reason, and what is still to come."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from kangmai.kernel import definitions
from kangmai.kernel.words import Words
from kangmai.programmes.immunization.rules import say, series_rows, wanted_doses
from kangmai.programmes.immunization.types import Child, Given, MotherHbsag, Row, Sex, Status
from kangmai.programmes.vaccination.types import (
    Deferral,
    File,
    JudgedDose,
    Line,
    Particulars,
    Recorded,
)

SEXES = {"1": Sex.MALE, "2": Sex.FEMALE}
NOTHING = Words("", "")
DUPLICATE = Words(
    "同日同疫苗的重复记录，不计入", "the same dose from another source; not counted twice"
)
UNKNOWN_CODE = Words("疫苗代码未识别，不参与判定", "its code is not one of ours; not judged")
BEFORE_BIRTH = Words("早于出生日期，不计入", "before the birth; not counted")
NO_RULE = Words("程序未规定，不判定", "the schedule says nothing of it")
GIVEN = (Status.DONE, Status.INVALID)


def words_of(row: Row) -> Words:
    """The reasons of a row in both languages."""
    return Words(say(row.reasons, "zh"), say(row.reasons, "en"))


def child_of(
    born: date,
    sex_code: str,
    doses: Iterable[Recorded],
    deferrals: Iterable[Deferral],
    particulars: Particulars,
    *,
    on: date,
) -> Child:
    """A resident as the schedule sees one: doses of one vaccine on one day are one dose."""
    given = {
        Given(each.day.toordinal(), each.vaccine)
        for each in doses
        if each.vaccine and each.day is not None and born <= each.day <= on
    }
    for_good = [each for each in deferrals if each.until is None and each.is_open(on)]
    return Child(
        born=born.toordinal(),
        sex=SEXES.get(sex_code, Sex.MALE),
        given=tuple(sorted(given)),
        birth_weight_g=particulars.birth_weight_g,
        gestation_weeks=particulars.gestation_weeks,
        mother_hbsag=MotherHbsag(particulars.mother_hbsag or "not_recorded"),
        immunoglobulin=tuple(sorted(each.toordinal() for each in particulars.immunoglobulin)),
        contraindications=frozenset(code for each in for_good for code in each.vaccines),
    )


def judge(
    born: date,
    sex_code: str,
    doses: Sequence[Recorded],
    deferrals: Sequence[Deferral],
    particulars: Particulars,
    *,
    on: date,
) -> File:
    """The file of one resident on a day."""
    child = child_of(born, sex_code, doses, deferrals, particulars, on=on)
    rows = wanted_doses(child, on=on)
    said = {
        (each.row.vaccine, each.row.given): each.row for each in rows if each.row.status in GIVEN
    }
    return File(
        on=on,
        doses=tuple(_judged(doses, said, born)),
        lines=tuple(_line(each.series, each.row) for each in rows if each.row.status not in GIVEN),
        deferrals=tuple(deferrals),
        particulars=particulars,
        is_verified=is_verified(on=on),
        voluntary=tuple(
            _line(series, row)
            for series, found in series_rows(child, on=on).items()
            for row in found
        ),
        child=child,
    )


def _line(series: str, row: Row) -> Line:
    return Line(
        series,
        row.vaccine,
        row.dose,
        row.status.value,
        _date(row.earliest),
        _date(row.recommended),
        _date(row.latest),
        words_of(row),
    )


def _judged(
    doses: Sequence[Recorded], said: Mapping[tuple[str, int | None], Row], born: date
) -> Iterable[JudgedDose]:
    """The doses by day; of several for one vaccine and day those of who gave it come first."""
    seen: set[tuple[str, date]] = set()
    for each in sorted(doses, key=lambda one: (one.day or date.max, one.vaccine, not one.is_primary, one.id)):  # fmt: skip
        if not each.vaccine or each.day is None:
            yield JudgedDose(each, None, None, UNKNOWN_CODE)
        elif each.day < born:
            yield JudgedDose(each, None, False, BEFORE_BIRTH)
        elif (each.vaccine, each.day) in seen:
            yield JudgedDose(each, None, None, DUPLICATE, is_duplicate=True)
        else:
            seen.add((each.vaccine, each.day))
            row = said.get((each.vaccine, each.day.toordinal()))
            yield (
                JudgedDose(each, None, None, NO_RULE)
                if row is None
                else JudgedDose(each, row.dose, row.status is Status.DONE, words_of(row))
            )


def _date(day: int | None) -> date | None:
    return None if day is None else date.fromordinal(day)


@cache
def is_verified(*, on: date) -> bool:
    """Whether the programme and every series that judge on a day were compared with their documents."""
    series = [each for each in definitions.load("programmes", "immunization_series") if each.is_effective(on)]  # fmt: skip
    programme = definitions.get("programmes", "immunization_programme", "immunization", on=on)
    return programme.verified and all(each.verified for each in series)

"""Invented children for the tests of the forecast."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from kangmai.programmes.immunization.children import read_child
from kangmai.programmes.immunization.rules import forecast
from kangmai.programmes.immunization.types import Child, Given, Row, Status

VACCINES = (
    "HepB", "BCG", "IPV", "bOPV", "DTaP", "DT", "Td", "MMR", "JE-L", "JE-I",
    "MPSV-A", "MPSV-AC", "HepA-L", "HepA-I", "HPV2", "HPV9", "VarV", "COVID-I",
)  # fmt: skip


def line(born: str, **fields: Any) -> dict[str, Any]:
    """A line of input; `given` as pairs of vaccine and day."""
    given = [{"vaccine": vaccine, "date": day} for vaccine, day in fields.pop("given", ())]
    return {"id": "c", "birth_date": born, "sex": "female", "given": given, **fields}


def rows_of(content: dict[str, Any], on: str) -> list[Row]:
    """The rows of a line."""
    day = date.fromisoformat(on)
    return list(forecast(read_child(content, on=day.toordinal()), on=day).rows)


def row_of(rows: list[Row], vaccine: str, dose: int, status: Status | None = None) -> Row:
    """The one row of a dose."""
    found = [
        row
        for row in rows
        if (row.vaccine, row.dose) == (vaccine, dose) and status in (None, row.status)
    ]
    assert len(found) == 1, rows
    return found[0]


@st.composite
def histories(draw: st.DrawFn) -> tuple[Child, int]:
    """A child and a day, with up to twenty doses at any age up to that day."""
    born = date(2008, 1, 1).toordinal() + draw(st.integers(0, 6700))
    on = max(born + draw(st.integers(0, 2600)), date(2021, 3, 1).toordinal())
    age = st.integers(0, on - born) | st.integers(0, min(on - born, 800))
    doses = st.builds(lambda days, code: Given(born + days, code), age, st.sampled_from(VACCINES))
    given = draw(st.lists(doses, max_size=20, unique=True))
    content = {
        "birth_date": date.fromordinal(born).isoformat(),
        "sex": draw(st.sampled_from(["male", "female"])),
        "birth_weight_g": draw(st.sampled_from([None, 1800, 2500, 3200])),
        "gestation_weeks": draw(st.sampled_from([None, 29, 35, 39])),
        "mother_hbsag": draw(st.sampled_from([None, "positive", "negative", "unknown"])),
        "hiv_exposed": draw(st.booleans()),
        "given": [
            {"vaccine": g.vaccine, "date": date.fromordinal(g.day).isoformat()} for g in given
        ],
        "immunoglobulin_dates": [
            (date.fromordinal(born) + timedelta(days)).isoformat()
            for days in draw(st.lists(age, max_size=2))
        ],
        "contraindications": draw(st.lists(st.sampled_from(VACCINES), max_size=2)),
    }
    return read_child(content, on=on), on

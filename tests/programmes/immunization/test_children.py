"""What cannot be true is refused by name and place, before anything is forecast."""

from datetime import date
from typing import Any

import pytest

from kangmai.kernel.errors import Incorrect
from kangmai.programmes.immunization import errors
from kangmai.programmes.immunization.children import read_child
from kangmai.programmes.immunization.types import Child, Given, MotherHbsag, Sex
from tests.programmes.immunization.children import line

ON = date(2025, 6, 1).toordinal()


def test_a_whole_line() -> None:
    content = line(
        "2025-01-10",
        given=[("DTaP", "2025-03-15"), ("HepB", "2025-01-10")],
        birth_weight_g=2500,
        gestation_weeks=36.5,
        mother_hbsag="unknown",
        hiv_exposed=True,
        immunoglobulin_dates=["2025-02-01"],
        contraindications=["BCG"],
    )
    born = date(2025, 1, 10).toordinal()
    assert read_child(content, on=ON) == Child(
        born=born,
        sex=Sex.FEMALE,
        given=(Given(born, "HepB"), Given(date(2025, 3, 15).toordinal(), "DTaP")),
        birth_weight_g=2500.0,
        gestation_weeks=36.5,
        mother_hbsag=MotherHbsag.UNKNOWN,
        is_hiv_exposed=True,
        immunoglobulin=(date(2025, 2, 1).toordinal(),),
        contraindications=frozenset({"BCG"}),
    )


def test_null_stands_for_a_missing_field() -> None:
    nulls = dict.fromkeys(("birth_weight_g", "gestation_weeks", "mother_hbsag", "hiv_exposed"))
    nulls |= dict.fromkeys(("immunoglobulin_dates", "contraindications"))
    bare = line("2025-01-10")
    assert read_child(bare | nulls, on=ON) == read_child(bare, on=ON)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"birth_date": None}, errors.FieldMissing, "'birth_date'"),
        ({"birth_date": "2025-1-10"}, errors.DateUnreadable, "'birth_date'"),
        ({"birth_date": "20250110"}, errors.DateUnreadable, "'birth_date'"),
        ({"birth_date": "2025-02-30"}, errors.DateUnreadable, "'birth_date'"),
        ({"birth_date": 20250110}, errors.DateUnreadable, "'birth_date'"),
        ({"birth_date": "2025-06-02"}, errors.BirthInFuture, "2025-06-01"),
        ({"sex": None}, errors.FieldMissing, "'sex'"),
        ({"sex": "unknown"}, errors.FieldUnreadable, "male | female"),
        ({"sex": ["male"]}, errors.FieldUnreadable, "'sex'"),
        ({"birth_weight_g": 3.2}, errors.FieldUnreadable, "200–9000"),
        ({"birth_weight_g": "3200"}, errors.FieldUnreadable, "'birth_weight_g'"),
        ({"birth_weight_g": True}, errors.FieldUnreadable, "'birth_weight_g'"),
        ({"gestation_weeks": 280}, errors.FieldUnreadable, "20–46"),
        ({"mother_hbsag": "not_recorded"}, errors.FieldUnreadable, "positive | negative"),
        ({"hiv_exposed": "no"}, errors.FieldUnreadable, "true | false"),
        ({"given": {}}, errors.FieldUnreadable, "'given'"),
        ({"given": ["HepB"]}, errors.FieldUnreadable, "given[0]"),
        ({"given": [{"vaccine": "HepB"}]}, errors.FieldMissing, "given[0].date"),
        ({"given": [{"date": "2025-02-01"}]}, errors.FieldMissing, "given[0].vaccine"),
        (
            {"given": [{"vaccine": "hepb", "date": "2025-02-01"}]},
            errors.VaccineUnknown,
            "given[0].vaccine",
        ),
        (
            {"given": [{"vaccine": "HepB", "date": "2025-02-01", "product": 3}]},
            errors.FieldUnreadable,
            "given[0].product",
        ),
        (
            {"given": [{"vaccine": "HepB", "date": "2025-01-09"}]},
            errors.DateBeforeBirth,
            "given[0].date",
        ),
        (
            {"given": [{"vaccine": "HepB", "date": "2025-06-02"}]},
            errors.DateInFuture,
            "given[0].date",
        ),
        ({"immunoglobulin_dates": ["2025-06-02"]}, errors.DateInFuture, "immunoglobulin_dates[0]"),
        ({"immunoglobulin_dates": "2025-01-10"}, errors.FieldUnreadable, "immunoglobulin_dates"),
        ({"contraindications": ["milk"]}, errors.VaccineUnknown, "contraindications[0]"),
    ],
)
def test_what_cannot_be_true(change: dict[str, Any], error: type[Incorrect], words: str) -> None:
    with pytest.raises(error) as refused:
        read_child(line("2025-01-10") | change, on=ON)
    assert words in refused.value.message("en")
    assert refused.value.message("zh") != refused.value.message("en")


def test_given_must_be_there() -> None:
    content = line("2025-01-10")
    del content["given"]
    with pytest.raises(errors.FieldMissing, match="given"):
        read_child(content, on=ON)

"""The views that ship, over the records of the invented city: every row, beside what its columns were made from."""

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from kangmai.analytics.views.compiler import CompiledView, compile_view
from kangmai.analytics.views.shipped import KIND, run_case, shipped_views
from kangmai.commandline.city import fhir
from kangmai.commandline.city.city import invent, towns
from kangmai.commandline.city.history import Span, diagnosis_codes, town_history, vaccine_codes
from kangmai.identity.fhir import to_fhir
from kangmai.identity.types import Demographics
from kangmai.kernel import definitions
from kangmai.standards.division_codes import Level
from kangmai.standards.divisions import city as divisions

SHIPPED = [
    "admissions",
    "diagnoses",
    "measurements",
    "referrals",
    "reports",
    "residents",
    "vaccinations",
    "visits",
]


@pytest.fixture(scope="module")
def town() -> tuple[Any, Any, Any]:
    """City, people and history of the first town of a small city."""
    city = invent(code="441200", residents=8_000, seed=1, on=date(2025, 6, 30))
    chunk = next(towns(city))
    return city, chunk, town_history(city, chunk, Span())


def compiled(name: str) -> CompiledView:
    return compile_view(shipped_views()[name].definition())


def records(name: str, lines: list[bytes]) -> list[dict[str, Any]]:
    view = compiled(name)
    return [record for line in lines for record in view.records(orjson.loads(line))]


def test_each_view_ships_sound_with_examples_and_words_for_every_column() -> None:
    assert list(shipped_views()) == SHIPPED
    for definition in definitions.load("analytics", KIND):
        view = shipped_views()[definition.id]
        assert tuple(view.columns) == compile_view(view.definition()).names
        assert compile_view(view.definition()).notes == []
        assert definitions.cases(definition), definition.id
        for example in definitions.cases(definition):
            assert run_case(definition, example) == ""
            wrong = {**example, "expect": [*example["expect"], ("more",)]}
            assert "expected" in run_case(definition, wrong)


def test_visits_and_admissions_part_the_encounters(town) -> None:
    city, chunk, history = town
    lines = fhir.encounters(city, chunk, history)
    visits, stays = records("visits", lines), records("admissions", lines)
    kinds = Counter(orjson.loads(line)["class"]["code"] for line in lines)
    assert (len(visits), len(stays)) == (len(lines) - kinds["IMP"], kinds["IMP"])
    assert kinds["IMP"] > 0
    people = fhir.uuid_texts(chunk.residents.patient_id)
    table = history.encounters
    assert {each["id"] for each in (*visits, *stays)} == set(fhir.uuid_texts(table.id))
    by_id = {each["id"]: each for each in visits}
    for row, id in enumerate(fhir.uuid_texts(table.id)):
        if id not in by_id:
            continue
        found = by_id[id]
        assert found["patient"] == people[table.resident[row]]
        assert found["organization"] == str(city.network.institutions[table.institution[row]].id)
        assert found["practitioner"] == str(city.network.staff[table.staff[row]].id)
        reason = table.reason[row]
        assert found["reason"] == (diagnosis_codes()[reason]["icd10"] if reason >= 0 else None)


def test_measurements_have_a_row_for_each_value(town) -> None:
    city, chunk, history = town
    found = records("measurements", fhir.observations(city, chunk, history))
    table = history.measurements
    expected = []
    codes = {0: "8480-6", 1: "14771-0", 2: "8302-2", 3: "29463-7"}
    for id, kind, value, second in zip(
        fhir.uuid_texts(table.id), table.kind, table.value, table.second, strict=True
    ):
        panel = "85354-9" if kind == 0 else None
        expected.append((id, panel, codes[kind], pytest.approx(float(value))))
        if kind == 0 and second == second:
            expected.append((id, panel, "8462-4", pytest.approx(float(second))))
    rows = [(each["id"], each["panel"], each["code"], each["value"]) for each in found]
    assert rows == expected


def test_diagnoses_and_vaccinations_are_those_of_the_history(town) -> None:
    city, chunk, history = town
    people = fhir.uuid_texts(chunk.residents.patient_id)
    rows = records("diagnoses", fhir.conditions(city, chunk, history))
    table = history.diagnoses
    assert [(each["id"], each["patient"], each["code"], each["onset"]) for each in rows] == [
        (id, people[who], diagnosis_codes()[code]["icd10"], str(onset))
        for id, who, code, onset in zip(
            fhir.uuid_texts(table.id), table.resident, table.code, table.onset_on, strict=True
        )
    ]
    rows = records("vaccinations", fhir.immunizations(city, chunk, history))
    doses = history.vaccinations
    assert [(each["id"], each["patient"], each["vaccine"], each["dose"]) for each in rows] == [
        (id, people[who], vaccine_codes()[vaccine], dose)
        for id, who, vaccine, dose in zip(
            fhir.uuid_texts(doses.id), doses.resident, doses.vaccine, doses.dose, strict=True
        )
    ]


def test_a_resident_of_the_index_is_one_row() -> None:
    village = divisions("441200").at_level(Level.VILLAGE)[0].code
    known = Demographics(
        name="梁秀英", sex_code="2", birth_date=date(1958, 3, 12), place_code=village
    )
    patient = to_fhir(
        known, patient_id="p1", index_number="000000000017", deceased_on=date(2025, 2, 3),
        managing_fhir_id="o7", replaced_by="p2",
    )  # fmt: skip
    assert records("residents", [orjson.dumps(patient)]) == [
        {
            "id": "p1",
            "index_number": "000000000017",
            "active": False,
            "sex": "female",
            "birth_date": "1958-03-12",
            "deceased": True,
            "deceased_on": "2025-02-03",
            "place_code": village,
            "organization": "o7",
            "replaced_by": "p2",
        }
    ]


def test_views_are_listed_shown_and_run_by_name(tmp_path: Path) -> None:
    def kangmai(*arguments: str, text: str = "") -> str:
        command = [sys.executable, "-m", "kangmai", "views", *arguments]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return done.stdout

    assert [each["id"] for each in json.loads(kangmai("list", "--json"))] == SHIPPED
    shown = kangmai("show", "reports")
    (tmp_path / "mine.json").write_text(shown)
    report = json.dumps(
        {"resourceType": "DiagnosticReport", "id": "d", "status": "final", "code": {}}
    )
    by_name = kangmai("run", "reports", "-", text=report)
    assert by_name == kangmai("run", str(tmp_path / "mine.json"), "-", text=report)
    assert json.loads(by_name)["results"] == 0

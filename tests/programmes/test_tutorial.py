"""The tutorial `docs/guides/adding_a_programme.md` does what it says: its files alone make a programme work."""

import datetime
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kangmai.analytics import checks as analytics_checks
from kangmai.forms import checks as form_checks
from kangmai.kernel import definitions
from kangmai.programmes.engine import checks, queries
from tests.factories import programmes as factory
from tests.factories.programmes import DOCTOR, at

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "adding_a_programme.md"
FILE = re.compile(r"^`([\w/@.-]+\.yaml)`\n\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KINDS = (
    ("forms", "form"),
    ("programmes", "programme"),
    ("programmes", "decision"),
    ("analytics", "indicator"),
)
REGISTERED = (analytics_checks, form_checks, checks)
day = datetime.date.fromisoformat


READERS = (
    "kangmai.forms",
    "kangmai.programmes",
    "kangmai.analytics",
    "kangmai.deadlines",
    "kangmai.documents",
)


def _forget() -> None:
    """Forget what was read of the definitions, whichever module keeps it."""
    definitions.load.cache_clear()
    for name, module in list(sys.modules.items()):
        if name.startswith(READERS):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The definitions of the house with the files of the page beside them."""
    folder = tmp_path / "definitions"
    shutil.copytree(definitions.FOLDER, folder)
    found = dict(FILE.findall(PAGE.read_text(encoding="utf-8")))
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(definitions, "FOLDER", folder)
    _forget()
    yield found
    monkeypatch.undo()
    _forget()


@pytest.mark.usefixtures("database")
def test_the_files_of_the_page_make_a_programme(files: dict[str, str]) -> None:
    assert len(files) == 9
    for room, kind in KINDS:
        sound, faults = definitions.check(room, kind)
        assert faults == []
        mine = [each for each in sound if "gout" in each.id]
        assert mine, kind
        for each in mine:
            assert definitions.cases(each) or kind == "programme"
            assert list(definitions._case_faults(each)) == []

    person = factory.resident()
    offered = {each.id for each in queries.offered_programmes(on=day("2026-02-01"), actor=DOCTOR)}
    assert "gout" in offered
    enrolled = factory.enrolment(
        person, programme_id="gout", on=day("2026-02-01"), at=at(day("2026-02-01"))
    )
    assert [(each.service, each.due_on) for each in enrolled.planned] == [
        ("followup", day("2026-02-15"))
    ]
    given = {"method": "1", "uric_acid": "380", "attacks": "0", "doctor": "梁医生"}
    before = factory.visit(
        enrolled, given={**given, "visited_on": "2026-02-28"}, at=at(day("2026-02-28"))
    )
    assert (before.visit.outcome, before.visit.next_on) == ("controlled", day("2026-05-29"))
    after = factory.visit(
        before.enrolment, given={**given, "visited_on": "2026-03-01"}, at=at(day("2026-03-01"))
    )
    assert (after.visit.outcome, after.visit.rule_version) == ("uncontrolled", "gout@2026-03-01")
    (planned,) = after.enrolment.planned
    assert planned.due_on == day("2026-03-31")

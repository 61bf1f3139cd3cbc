"""Forms with several deeds: Enter in a field of text never signs, approves or sends."""

import re
from pathlib import Path

import pytest

import kangmai

TEMPLATES = Path(kangmai.__file__).parent / "portal" / "templates"
ROOMS = ("orders", "venues", "nucleic_acid", "tracing", "quarantine", "bulletin", "supplies", "teams")  # fmt: skip
SAFE_FIRST = {"reckon", "judge", "try", "assess"}
"""Deeds that Enter may do: they show or note, and can be done again."""
NOTHING = '{% include "shell/parts/enter_does_nothing.html" %}'


def forms():
    for room in ROOMS:
        for file in sorted((TEMPLATES / room).rglob("*.html")):
            for form in re.findall(r"<form.*?</form>", file.read_text("utf-8"), re.DOTALL):
                deeds = re.findall(r'<button[^>]*name="do" value="([^"]+)"', form)
                if len(set(deeds)) > 1 and re.search(r'<input class="form-control', form):
                    yield pytest.param(form, deeds, id=f"{room}/{file.name}: {' '.join(deeds)}")


@pytest.mark.parametrize(("form", "deeds"), [*forms()])
def test_enter_in_a_field_does_no_deed_that_cannot_be_taken_back(form, deeds):
    first = form.find("<button")
    assert deeds[0] in SAFE_FIRST or -1 < form.find(NOTHING) < first

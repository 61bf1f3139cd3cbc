"""The glossary: sorted, one word for one idea, each in a room that the architecture knows."""

import re
from pathlib import Path

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
ROOMS = frozenset(
    [
        "config",
        "portal",
        "exchange",
        "commandline",
        "governance",
        "programmes",
        "care",
        "epidemic",
        "analytics",
        "handover",
        "deadlines",
        "forms",
        "messages",
        "documents",
        "access",
        "identity",
        "registry",
        "records",
        "standards",
        "kernel",
    ]
)


def _rows() -> list[list[str]]:
    lines = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_row_has_both_languages_a_name_and_a_room() -> None:
    assert len(_rows()) >= 150
    for english, chinese, code, room, meaning in _rows():
        assert english.isascii()
        assert re.search(r"[一-鿿]", chinese), english
        assert code.startswith("`")
        assert room in ROOMS, english
        assert meaning


def test_words_are_sorted_and_stand_once() -> None:
    english = [row[0].casefold() for row in _rows()]
    assert english == sorted(english)
    assert len(set(english)) == len(english)
    chinese = [row[1] for row in _rows()]
    assert len(set(chinese)) == len(chinese)

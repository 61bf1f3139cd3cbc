"""Sentences, and the clauses within them."""

import re

_END = re.compile(r"(?<=[。！？；;!?])")
_CLAUSE = re.compile(r"[，、：:（）()“”\"]|,(?!\d)")


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph, with their final signs; a semicolon ends one too."""
    return [each for each in _END.split(paragraph) if each.strip("。！？；;!? ")]


def clause_at(sentence: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and behind a part of a sentence, up to the next sign on either side."""
    before = _CLAUSE.split(sentence[:start])[-1]
    behind = _CLAUSE.split(sentence[end:])[0].rstrip("。！？；;!?")
    return before, behind

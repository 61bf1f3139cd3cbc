"""The period that a sentence speaks of."""

import re

_DAY = re.compile(r"((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日")
_MONTHS = re.compile(r"((?:19|20)\d\d)年1(?:月)?[-—~至到－–]+(\d{1,2})月")
_MONTH = re.compile(r"((?:19|20)\d\d)年(\d{1,2})月")
_HALF = re.compile(r"((?:19|20)\d\d)年(上|下)半年")
_QUARTER = re.compile(r"((?:19|20)\d\d)年第?([一二三四1-4])季度")
_YEAR = re.compile(r"((?:19|20)\d\d)年")
_RELATIVE = (("前年", -2), ("去年", -1), ("上年", -1), ("今年", 0), ("本年", 0), ("当年", 0))
_HALF_ALONE = re.compile(r"(?<!年)(上|下)半年")
_COMPARED = re.compile(r"(?:比|较|高于|低于|多于|少于)(?:(?:19|20)\d\d年|前年|去年|上年)")
"""What a figure is held against is not when it was."""
_HALVES = {"上": "H1", "下": "H2"}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


def period_of(text: str, *, year: int | None) -> str:
    """The last period named in a text, but for those it only compares with; empty where none is.

    Args:
        year: the document's own, for 今年, 去年 and 上半年.
    """
    text = _COMPARED.sub(lambda match: "　" * len(match[0]), text)
    found = [(match.start(), written) for written, match in _written(text)]
    if year:
        found += [(m.start(), f"{year}{_HALVES[m[1]]}") for m in _HALF_ALONE.finditer(text)]
        for word, offset in _RELATIVE:
            if (at := text.rfind(word)) >= 0:
                half = _HALVES.get(text[at + 2 : at + 3], "")
                is_half = text[at + 3 : at + 5] == "半年"
                found.append((at, f"{year + offset}{half if is_half else ''}"))
    return max(found, default=(0, ""))[1]


def year_of(text: str) -> int | None:
    """The first year that a text names."""
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def _written(text: str) -> list[tuple[str, re.Match[str]]]:
    """Every period that is written out; the more exact reading of one place wins."""
    found: dict[int, tuple[str, re.Match[str]]] = {}
    for pattern, written in _FORMS:
        for match in pattern.finditer(text):
            found.setdefault(match.start(), (written(match), match))
    return list(found.values())


def _first_months(match: re.Match[str]) -> str:
    halves = {6: "H1", 3: "Q1"}
    last = int(match[2])
    if last == 12:
        return match[1]
    return match[1] + halves[last] if last in halves else f"{match[1]}-{last:02d}"


_FORMS = (
    (_DAY, lambda m: f"{m[1]}-{int(m[2]):02d}-{int(m[3]):02d}"),
    (_MONTHS, _first_months),
    (_HALF, lambda m: m[1] + _HALVES[m[2]]),
    (_QUARTER, lambda m: f"{m[1]}Q{_QUARTERS.get(m[2]) or int(m[2])}"),
    (_MONTH, lambda m: f"{m[1]}-{int(m[2]):02d}"),
    (_YEAR, lambda m: m[1]),
)

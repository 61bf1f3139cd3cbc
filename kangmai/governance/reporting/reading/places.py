"""The place that a sentence speaks of: a prefecture or a county by its full name."""

import re
from functools import cache

from kangmai.standards.tables import read_rows

_TOO_GENERAL = frozenset(("市辖区", "县", "城区", "郊区", "矿区", "自治区直辖县级行政区划", "省直辖县级行政区划"))  # fmt: skip
_SUFFIX = re.compile(r"(?:市|区|县|自治州|地区|盟|旗)$")


def place_of(text: str) -> str:
    """The last place named in a text; of names that end at one spot the longest. Empty where none is."""
    found = [(match.end(), match[0]) for match in _pattern().finditer(text)]
    return max(found, default=(0, ""))[1]


def first_place(text: str) -> str:
    """The first place named in a text."""
    found = _pattern().search(text)
    return found[0] if found else ""


@cache
def _pattern() -> re.Pattern[str]:
    names = {row["name"] for row in read_rows("identity_regions", "regions")}
    # shorter names (东区, 城区) would be found inside words
    kept = {each for each in names - _TOO_GENERAL if len(each) > 2 and _SUFFIX.search(each)}
    return re.compile("|".join(sorted(map(re.escape, kept), key=len, reverse=True)))

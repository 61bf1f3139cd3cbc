"""What the form of a division code says: its level, its prefix, and the range of codes inside.

A code says where it stands: 2 digits province, 4 prefecture, 6 county, 9 town, 12 village, 14 grid.
Six-digit codes of provinces and prefectures end in zeros (440000, 441200).

Source: GB/T 2260 (to the county), GB/T 10114 (to the town), statistical codes (to the village).
"""

from enum import Enum

from kangmai.standards.errors import DivisionCodeIncorrect


class Level(Enum):
    """How high a division stands."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"


def short_code(code: str) -> str:
    """The code without groups of padding zeros: 441202000000 and 441202000 become 441202."""
    while len(code) > 6 and code.endswith("000") and len(code) % 3 == 0:
        code = code[:-3]
    return code


def code_prefix(code: str) -> str:
    """The digits that every code inside begins with: 441200 gives 4412.

    Raises: DivisionCodeIncorrect.
    """
    level_of(code)
    short = short_code(code)
    if len(short) == 6:
        return short.removesuffix("0000") if short.endswith("0000") else short.removesuffix("00")
    return short


def prefix_range(code: str) -> tuple[str, str]:
    """The half-open range [lo, hi) of codes inside a division, for comparison as text.

    The range holds in any collation that sorts digits by value: ("4412", "4413") has every
    town, village and grid of 441200, however long its code.
    """
    prefix = code_prefix(code)
    return prefix, str(int(prefix) + 1).zfill(len(prefix))


def level_of(code: str) -> Level:
    """The level that the form of a code says. Raises DivisionCodeIncorrect."""
    short = short_code(code)
    if not (short.isascii() and short.isdigit()) or short[0] in "09":
        raise DivisionCodeIncorrect(code=code)
    match len(short):
        case 2:
            return Level.PROVINCE
        case 4:
            return Level.PREFECTURE
        case 6 if short.endswith("0000"):
            return Level.PROVINCE
        case 6 if short.endswith("00"):
            return Level.PREFECTURE
        case 6:
            return Level.COUNTY
        case 9:
            return Level.TOWN
        case 12:
            return Level.VILLAGE
        case 14:
            return Level.GRID
        case _:
            raise DivisionCodeIncorrect(code=code)


def grid_code(village: str, number: int) -> str:
    """The code of a grid: that of its village and two digits, from 01. No public list of grids exists."""
    if level_of(village) is not Level.VILLAGE or not 1 <= number <= 99:
        raise DivisionCodeIncorrect(code=f"{village}-{number}")
    return f"{village}{number:02d}"

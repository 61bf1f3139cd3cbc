"""Names in the forms in which they are kept and compared.

Folding makes traditional, full-width and variant characters one; it is for keys and never replaces
the name. Tidying only drops spaces between characters and unifies the middle dot.

Source: traditional to simplified by OpenCC (Apache-2.0); variants by `definitions/standards/pinyin`.
"""

import re
import unicodedata
from functools import cache
from typing import Any

from kangmai.standards.tables import read_rows

MIDDLE_DOT = "·"
HAN = r"々〇㐀-䶿一-鿿豈-﫿𠀀-𳑿"

_MIDDLE_DOTS = frozenset("·•‧∙⋅・･．·᛫⸱ꞏ")
_SPACES = re.compile(r"\s+")
_LOOSE_SPACE = re.compile(rf"(?<=[{HAN}·])\s+|\s+(?=[{HAN}·])")


def fold_name(name: str) -> str:
    """The name in the form in which names are compared: 張 偉 and 张伟 become one."""
    return _without_loose_spaces(name.translate(_FOLDED))


def tidy_name(name: str) -> str:
    """The name as written, but for spaces between characters, invisible marks and forms of the middle dot."""
    return _without_loose_spaces(name.translate(_TIDIED))


def _without_loose_spaces(name: str) -> str:
    return _LOOSE_SPACE.sub("", _SPACES.sub(" ", name.strip())) if " " in name else name


class _Folded(dict[int, str]):
    """Folds a character the first time it is met; used as a table of `str.translate`."""

    def __missing__(self, point: int) -> str:
        folded = _fold_character(chr(point))
        self[point] = folded
        return folded


class _Tidied(dict[int, str]):
    """Tidies a character the first time it is met; used as a table of `str.translate`."""

    def __missing__(self, point: int) -> str:
        tidied = _tidy_character(chr(point))
        self[point] = tidied
        return tidied


def _tidy_character(character: str) -> str:
    if character in _MIDDLE_DOTS:
        return MIDDLE_DOT
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in ("Cf", "Cc") else character


def _fold_character(character: str) -> str:
    compatible = unicodedata.normalize("NFKC", _tidy_character(character))
    if compatible.isascii():
        return compatible.casefold()
    variant = _variants().get(compatible)
    return variant or str(_opencc().convert(compatible)).casefold()


@cache
def _opencc() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _variants() -> dict[str, str]:
    return {row["character"]: row["standard"] for row in read_rows("pinyin", "variants")}


_FOLDED = _Folded()
_TIDIED = _Tidied()

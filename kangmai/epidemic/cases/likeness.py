"""How alike the free text of a school or workplace and a registered name are."""

import difflib
import re
import unicodedata

_NOISE = re.compile(r"[\s·,，.。、()（）\-—_#号]")
_CLASS = re.compile(
    r"[一二三四五六七八九十\d]+年级.*$|[\d一二三四五六七八九十]+[（(]?\d*[)）]?班$|[大中小]班$"
)
_AREAS = re.compile(r"^(广东省|肇庆市|[\u4e00-\u9fff]{2,3}[市区县])+")


def folded(text: str) -> str:
    """A name without spaces, marks, the class behind it and the areas before it."""
    plain = unicodedata.normalize("NFKC", text)
    bare = _NOISE.sub("", _CLASS.sub("", plain))
    return _AREAS.sub("", bare) or bare


def likeness(text: str, name: str) -> float:
    """From 0 to 1; 1 where one name is the other, .9 and above where one holds the other whole.

    >>> likeness("端州区城东小学 三年级2班", "城东小学")
    1.0
    """
    one, other = folded(text), folded(name)
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    ratio = difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
    short, long = sorted((one, other), key=len)
    if len(short) >= 3 and short in long:
        return max(0.9, ratio)
    return ratio

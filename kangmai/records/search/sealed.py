"""The texts under whose keyed hashes sealed people are found: names, parts of names, addresses.

A row is written for each text here, and a city has millions of people, so no text is written that
another one answers for: a whole that folding leaves as it is stands once, under `=`, and is asked for
as a beginning too; pinyin stands at the ends of its syllables, and what is typed in the middle of one
is completed when it is asked for; parts with a parameter of their own stand under that alone.

    =text    the whole, as written
    ^text    a beginning, folded: characters, pinyin, initials; of an address down to a town or village
"""

import re
from functools import cache, lru_cache

from kangmai.records.search.parameters import parameters
from kangmai.records.search.text import PREFIX_LIMIT, folded, prefixes
from kangmai.standards.name_folding import HAN, fold_name
from kangmai.standards.pinyin import all_readings, pinyin_syllables

GATHERED = {
    "name": ("family", "given"),
    "address": ("address-city", "address-state", "address-country", "address-postalcode"),
    "telecom": ("phone", "email"),
}
"""Parameters whose values stand, in part, under others of the same type."""

_HAN = re.compile(f"[{HAN}]")
_TOWN_OR_VILLAGE = re.compile(r"街道|镇|乡|苏木|社区|村委会|居委会|村|嘎查")


@cache
def gathered(resource_type: str, name: str) -> tuple[str, ...]:
    """The parameters that hold the values of one: itself, and those of its parts."""
    known = parameters(resource_type)
    return (name, *(part for part in GATHERED.get(name, ()) if part in known))


def folded_name(name: str) -> str:
    """A name as it is compared: simplified characters, no case, accents or width."""
    # once before as well: marks that fold to a space would else be taken for one between words
    return folded(fold_name(folded(name)))


@lru_cache(maxsize=20_000)
def part_of_name(value: str) -> tuple[str, ...]:
    """The texts of one part of a name: 志明 gives =志明, ^志, ^zhi, ^zhiming."""
    whole = folded_name(value)
    texts = ["=" + value, *("^" + each for each in prefixes(whole) if each != value)]
    if not whole.isascii():
        for syllables in all_readings(value):
            texts += ["^" + each for each in _pinyin_beginnings(syllables)]
    return tuple(dict.fromkeys(texts))


def whole_name(value: str) -> tuple[str, ...]:
    """The texts of a full name: those of a part, and its initials from the second on."""
    initials = [
        "".join(s[0] for s in syllables if s)
        for syllables in all_readings(value)
        if not value.isascii()
    ]
    starts = ("^" + each for text in initials for each in prefixes(folded(text))[1:])
    return tuple(dict.fromkeys((*part_of_name(value), *starts)))


def as_beginnings(texts: tuple[str, ...]) -> frozenset[str]:
    """What the texts of one value answer for as beginnings."""
    return frozenset("^" + text[1:] for text in texts)


def asked_name(typed: str) -> tuple[str, ...]:
    """The texts a name that begins as typed may stand under; none where nothing is typed."""
    beginning = folded_name(typed)[:PREFIX_LIMIT]
    if not beginning:
        return ()
    texts = ["^" + beginning, "=" + beginning]
    if re.fullmatch("[a-z]+", beginning):
        texts += ["^" + each for each in _completed(beginning)]
    return tuple(dict.fromkeys(texts))


def text_of_address(value: str) -> tuple[str, ...]:
    """The texts of an address or a line of one: in Chinese its beginnings down to a town or village."""
    whole = folded(value)
    beginnings = prefixes(whole)
    if _HAN.search(whole):
        beginnings = [whole[: found.end()] for found in _TOWN_OR_VILLAGE.finditer(whole)]
    return ("=" + value, *("^" + each for each in beginnings if each != value))


def asked_address(typed: str) -> tuple[str, ...]:
    """The texts an address that begins as typed may stand under; none where no row could answer."""
    beginning = folded(typed)
    if not _HAN.search(beginning):
        beginning = beginning[:PREFIX_LIMIT]
    elif not beginning.endswith(tuple(_TOWN_OR_VILLAGE.pattern.split("|"))):
        return ()
    return ("^" + beginning, "=" + beginning) if beginning else ()


def text_of_part(value: str) -> tuple[str, ...]:
    """The texts of a short value, such as a city: the whole and every beginning."""
    return ("=" + value, *("^" + each for each in prefixes(folded(value)) if each != value))


def asked_part(typed: str) -> tuple[str, ...]:
    """The texts a short value that begins as typed may stand under."""
    beginning = folded(typed)[:PREFIX_LIMIT]
    return ("^" + beginning, "=" + beginning) if beginning else ()


def _pinyin_beginnings(syllables: tuple[str, ...]) -> list[str]:
    """The pinyin of a name at the end of each syllable; of foreign words at every letter."""
    whole = folded("".join(syllables))
    if not pinyin_syllables().issuperset(syllables):
        return prefixes(whole)
    ends = ["".join(syllables[:count]) for count in range(1, len(syllables) + 1)]
    return [end for end in ends if len(end) <= PREFIX_LIMIT]


def _completed(typed: str) -> list[str]:
    """Every run of syllables that the letters typed begin, as far as the syllable they end in.

    `huangzh` gives huangzha, huangzhai … huangzhuo.
    """
    ends, found = {0}, []
    for start in range(len(typed)):
        if start not in ends:
            continue
        rest = typed[start:]
        for syllable in _by_letter()[rest[0]]:
            if rest.startswith(syllable):
                ends.add(start + len(syllable))
            elif syllable.startswith(rest):
                found.append(typed[:start] + syllable)
    return found


@cache
def _by_letter() -> dict[str, tuple[str, ...]]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {
        letter: tuple(sorted(each for each in pinyin_syllables() if each[0] == letter))
        for letter in letters
    }

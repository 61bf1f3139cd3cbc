"""Which pairs are worth comparing: those that share a key. For one record, and by columns.

Two records of one resident rarely differ in all of these. `firm` keys are selective by themselves;
`loose` ones serve small files and rare values, and are cut off where their blocks grow.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from kangmai.identity.matching.preparation.coded import Coded
from kangmai.identity.matching.preparation.columns import Columns
from kangmai.identity.matching.preparation.features import Features
from kangmai.identity.matching.preparation.name_columns import MIX
from kangmai.identity.matching.preparation.names import soundex
from kangmai.identity.matching.preparation.numbers import OTHER

FIRM: dict[str, tuple[str, ...]] = {
    "number": ("number",),
    "phone": ("phone",),
    "name+year": ("name", "year"),
    "name+day": ("name", "month_day"),
    "name+town": ("name", "town"),
    "address+year": ("address", "year"),
    "birth+town": ("birth", "town"),
    "birth+mother": ("birth", "mother"),
    "birth+family": ("birth", "family"),
}
LOOSE: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "birth+address": ("birth", "address"),
    "name+address": ("name", "address"),
    "birth": ("birth",),
    "address": ("address",),
    "mother+given": ("mother", "given"),
    "given+postcode": ("given", "postcode"),
    "family+postcode": ("family", "postcode"),
    "given+town": ("given", "town"),
    "number head": ("number_head",),
    "number tail": ("number_tail",),
}
INDEXED = ("phone", "name+year", "name+day", "name+town", "birth+town", "birth+mother")
"""The keys under which an index of millions keeps its residents; numbers have a table of their own there."""
DATED = ("name+year", "name+day", "birth+mother")
"""Those of them that a date in the other calendar is asked for under; with the town alone it brings as many
strangers as all others together."""
KEYS = FIRM | LOOSE
"""Each key and the parts that make it; a record without one of the parts has no such key."""

Key = np.ndarray
"""uint64, one a record, 0 where the record has no such key."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of keys as numbers, 0 where missing."""

    columns: Columns

    def part(self, name: str) -> np.ndarray:
        c = self.columns
        match name:
            case "number":
                return _tagged(c.numbers.codes, c.numbers.system)
            case "number_head" | "number_tail":
                return _halves(c, head=name == "number_head")
            case "name":
                return _either(c.blur, _latin_names(c))
            case "family":
                return _either(c.family, _soundex_codes(c, c.surname))
            case "given":
                return _either(c.own, _soundex_codes(c, c.given_name))
            case "year":
                return (c.birth // 10_000).astype(np.uint64)
            case "month_day":
                return (c.birth % 10_000).astype(np.uint64)
            case "mother":
                return _either(c.mother_sound, np.where(c.mother_sound == 0, c.mother, 0))
            case "birth":
                return c.birth.astype(np.uint64)
            case _:
                values: Coded = getattr(c, name)
                return values.codes.astype(np.uint64)


def _tagged(codes: np.ndarray, tag: np.ndarray) -> np.ndarray:
    return np.where(
        codes > 0, codes.astype(np.uint64) * np.uint64(4) + tag.astype(np.uint64), 0
    ).astype(np.uint64)


def _either(chinese: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Codes of Chinese values, else of others, in ranges that do not meet."""
    return np.where(
        chinese > 0,
        chinese.astype(np.uint64) * np.uint64(2),
        np.where(other > 0, other.astype(np.uint64) * np.uint64(2) + np.uint64(1), np.uint64(0)),
    )


def _soundex_codes(c: Columns, words: np.ndarray) -> np.ndarray:
    """Codes of how words in Latin letters sound."""
    if not words.any():
        return np.zeros(c.size, dtype=np.int32)
    seen: dict[str, int] = {"": 0}
    used = np.unique(words)
    by_word = np.zeros(len(c.words), dtype=np.int32)
    by_word[used] = [seen.setdefault(soundex(word), len(seen)) for word in c.words[used].tolist()]
    return np.where(words > 0, by_word[words], 0)


def _latin_names(c: Columns) -> np.ndarray:
    """Given name and surname by sound, the order left open; 0 where one of them is missing."""
    if not c.given_name.any() or not c.surname.any():
        return np.zeros(c.size, dtype=np.int64)
    both = np.concatenate([c.given_name, c.surname])
    sounds = _soundex_codes(_Whole(c.words, len(both)), both).astype(np.int64)  # type: ignore[arg-type]
    given, surname = sounds[: c.size], sounds[c.size :]
    low, high = np.minimum(given, surname), np.maximum(given, surname)
    return np.where(low > 0, low << 32 | high, 0)


@dataclass(frozen=True, slots=True)
class _Whole:
    """As much of `Columns` as the coding of sounds needs."""

    words: np.ndarray
    size: int


def _halves(c: Columns, *, head: bool) -> np.ndarray:
    """Codes of the first or second half of numbers that are not resident numbers."""
    seen: dict[str, int] = {"": 0}
    if not (c.numbers.system == OTHER).any():
        return np.zeros(c.size, dtype=np.uint64)
    parts = [number_half(text, head=head) for text in c.numbers.texts.tolist()]
    codes = np.array([seen.setdefault(part, len(seen)) for part in parts], dtype=np.uint64)
    return np.where(c.numbers.system == OTHER, codes[c.numbers.codes], np.uint64(0))


def number_half(text: str, *, head: bool) -> str:
    """The first or the second half of a number of six characters or more."""
    middle = len(text) // 2
    if len(text) < 6:
        return ""
    return text[:middle] if head else text[middle:]


def key_columns(c: Columns) -> Iterator[tuple[str, Key]]:
    """The keys of all records, one kind after the other; kinds that no record has are left out."""
    parts: dict[str, np.ndarray] = {}
    for number, (name, of) in enumerate(KEYS.items(), 1):
        for part in of:
            if part not in parts:
                parts[part] = _Parts(c).part(part)
        key = _mixed([parts[part] for part in of], number)
        if key.any():
            yield name, key


def _mixed(parts: list[np.ndarray], tag: int) -> Key:
    key = np.full(len(parts[0]), tag, dtype=np.uint64)
    present = np.ones(len(parts[0]), dtype=bool)
    for part in parts:
        present &= part > 0
        key = (key ^ part.astype(np.uint64)) * MIX
        key ^= key >> np.uint64(31)
    return np.where(present, key | np.uint64(1), np.uint64(0))


def keys_of(record: Features, names: Iterable[str] = tuple(KEYS)) -> list[str]:
    """The keys of these names that one record has, as text, the name before a colon."""
    parts = parts_of(record)
    return [
        f"{name}:{'|'.join(parts[part] for part in KEYS[name])}"
        for name in names
        if all(parts[part] for part in KEYS[name])
    ]


def parts_of(record: Features) -> dict[str, str]:
    """The parts of keys of one record, empty where missing."""
    number, name, birth = record.number, record.name, record.birth
    half = number.text if number.system == OTHER else ""
    latin = sorted((soundex(record.given_name), soundex(record.surname)))
    return {
        "number": f"{number.system}{number.text}" if number.system else "",
        "number_head": number_half(half, head=True),
        "number_tail": number_half(half, head=False),
        "name": " ".join(name.blur) or (" ".join(latin) if all(latin) else ""),
        "family": name.family or soundex(record.surname),
        "given": name.own or soundex(record.given_name),
        "year": str(birth // 10_000 or ""),
        "month_day": str(birth % 10_000 or ""),
        "birth": str(birth or ""),
        "mother": " ".join(record.mother.sound) or record.mother.folded,
        "phone": record.phone,
        "address": record.address,
        "town": record.town,
        "postcode": record.postcode,
    }

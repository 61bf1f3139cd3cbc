"""Whole files made ready for comparison: what `features` does, by columns.

Every different value is prepared once; records hold codes. A property test compares the two.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kangmai.identity.matching.comparison.levels import Kind
from kangmai.identity.matching.preparation.coded import Coded, Codes, coded, dense, recode
from kangmai.identity.matching.preparation.dates import birth_number, lunar_ordinal, ordinal
from kangmai.identity.matching.preparation.name_columns import (
    NameTable,
    name_table,
    plain_mother,
    plain_name,
)
from kangmai.identity.matching.preparation.names import (
    is_chinese,
    latin_parts,
    latin_word,
    newborn_placeholder,
)
from kangmai.identity.matching.preparation.number_columns import NumberColumns, number_columns
from kangmai.identity.matching.preparation.text import plain, plain_town
from kangmai.identity.matching.preparation.text_columns import (
    address_column,
    phone_column,
    postcode_column,
)
from kangmai.identity.matching.preparation.words import newborn_endings, sex_codes

COLUMNS = (
    "name",
    "given_name",
    "surname",
    "sex",
    "birth_date",
    "id_number",
    "phone",
    "address",
    "town",
    "postcode",
    "mother",
)
"""Columns of the input table; a missing one counts as empty."""


@dataclass(frozen=True, slots=True)
class Columns:
    """`size` records. All arrays are as long; codes are 0 where the value is missing.

    `written` and `mother` are rows of `names`; the other codes of names are looked up there once.
    """

    size: int
    names: NameTable
    written: Codes
    name: Codes
    sound: Codes
    blur: Codes
    family: Codes
    own: Codes
    mother: Codes
    mother_sound: Codes
    mother_row: Codes
    given_name: Codes
    surname: Codes
    words: np.ndarray
    birth: Codes
    birth_code: Codes
    birth_ordinal: Codes
    lunar_ordinal: Codes
    sex: np.ndarray
    numbers: NumberColumns
    phone: Coded
    address: Coded
    town: Coded
    postcode: Coded
    is_newborn: np.ndarray

    def of(self, kind: Kind) -> Codes:
        """The codes whose frequency a kind counts."""
        match kind:
            case Kind.NAME:
                return self.name
            case Kind.NAME_SOUND:
                return self.sound
            case Kind.NAME_BLUR:
                return self.blur
            case Kind.FAMILY:
                return self.family
            case Kind.OWN:
                return self.own
            case Kind.GIVEN_WORD:
                return self.given_name
            case Kind.SURNAME_WORD:
                return self.surname
            case Kind.BIRTH_DATE:
                return self.birth_code
            case Kind.NUMBER:
                return self.numbers.codes
            case Kind.PHONE:
                return self.phone.codes
            case Kind.ADDRESS:
                return self.address.codes
            case Kind.TOWN:
                return self.town.codes
            case Kind.POSTCODE:
                return self.postcode.codes
            case Kind.MOTHER:
                return self.mother
            case Kind.MOTHER_SOUND:
                return self.mother_sound


def columns(table: pa.Table) -> Columns:
    """Make ready a table of text columns named as `COLUMNS`."""
    text = {name: _column(table, name) for name in COLUMNS}
    birth = _births(text["birth_date"])
    town = coded(text["town"], plain_town)
    with ThreadPoolExecutor(1) as beside:
        # Arrow works on these without holding back the work on names.
        numbers = beside.submit(number_columns, text["id_number"], birth[0])
        phone = beside.submit(phone_column, text["phone"])
        address = beside.submit(address_column, text["address"], town)
        named = _named(text)
    sex = _sexes(text["sex"])
    return Columns(
        size=table.num_rows,
        **named.by_field(),
        birth=birth[0],
        birth_code=dense(birth[0]),
        birth_ordinal=birth[1],
        lunar_ordinal=birth[2],
        sex=np.where(sex == 0, named.newborn_sex, sex),
        numbers=numbers.result(),
        phone=phone.result(),
        address=address.result(),
        town=town,
        postcode=postcode_column(text["postcode"]),
        is_newborn=named.is_newborn,
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """What the names of people and mothers give."""

    names: NameTable
    row: Codes
    mother_row: Codes
    words: tuple[Codes, Codes, np.ndarray]
    is_newborn: np.ndarray
    newborn_sex: np.ndarray

    def by_field(self) -> dict[str, Any]:
        """The fields of `Columns` that hold names."""
        names, row, mother = self.names, self.row, self.mother_row
        given, surname, words = self.words
        return {
            "names": names,
            "written": row,
            "name": names.folded[row],
            "sound": names.sound[row],
            "blur": names.blur[row],
            "family": names.family[row],
            "own": names.own[row],
            "mother": names.folded[mother],
            "mother_sound": names.sound[mother],
            "mother_row": mother,
            "given_name": given,
            "surname": surname,
            "words": words,
        }


def _named(text: dict[str, pa.ChunkedArray]) -> _Named:
    whole, given, surname = _names(text)
    newborn, mother, newborn_sex, whole = _newborns(whole, text["mother"])
    words = _shared_words(*_latin(whole, given, surname, newborn))
    names, row, mother_row = _name_rows(whole, mother)
    return _Named(names, row, mother_row, words, newborn, newborn_sex)


def _column(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name in table.column_names:
        column = table[name]
        return column if column.type == pa.string() else column.cast(pa.string())
    return pa.chunked_array([pa.nulls(table.num_rows, pa.string())])


def _is_empty(column: pa.ChunkedArray) -> bool:
    return column.null_count == len(column)


def _mapped(column: pa.ChunkedArray, function: Callable[[str], object]) -> tuple[np.ndarray, list]:
    """Codes of a column (-1 missing) and a function's results for its different values."""
    encoded = pc.dictionary_encode(column.combine_chunks())
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return codes, [function(text) for text in encoded.dictionary.to_pylist()]


def _names(text: dict[str, pa.ChunkedArray]) -> tuple[pa.ChunkedArray, ...]:
    """The whole name, and given name and surname apart, as `features.whole_name` has them."""
    whole, given, surname = text["name"], text["given_name"], text["surname"]
    if _is_empty(given) and _is_empty(surname):
        return whole, given, surname
    joined = pc.binary_join_element_wise(pc.fill_null(surname, ""), pc.fill_null(given, ""), "")
    codes, chinese = _mapped(joined, lambda each: is_chinese(plain(each)))
    flags = np.append(np.array(chinese, dtype=bool), False)[codes]
    put_together = pc.if_else(pa.array(flags), joined, pa.scalar(None, pa.string()))
    filled = pc.if_else(pc.equal(pc.fill_null(whole, ""), ""), put_together, whole)
    return filled, given, surname


def _newborns(
    whole: pa.ChunkedArray, mother: pa.ChunkedArray
) -> tuple[np.ndarray, pa.ChunkedArray, np.ndarray, pa.ChunkedArray]:
    """Which names are placeholders; mothers filled in; sexes told; names without the placeholders."""
    size = len(whole)
    pattern = "(" + "|".join(ending for ending, _ in newborn_endings()) + r")\s*$"
    flags = pc.fill_null(pc.match_substring_regex(whole, pattern), False)
    found = np.flatnonzero(flags.to_numpy(zero_copy_only=False))
    told = [newborn_placeholder(text) for text in whole.take(pa.array(found)).to_pylist()]
    kept = [(place, each) for place, each in zip(found.tolist(), told, strict=True) if each]
    newborn, sex = np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int8)
    if not kept:
        return newborn, mother, sex, whole
    places = np.array([place for place, _ in kept])
    newborn[places] = True
    sex[places] = [each[1] for _, each in kept]
    told_mothers = np.full(size, None, dtype=object)
    told_mothers[places] = [each[0] for _, each in kept]
    has_mother = pc.not_equal(pc.fill_null(mother, ""), "")
    filled = pc.if_else(has_mother, mother, pa.array(told_mothers, pa.string()))
    return newborn, filled, sex, pc.if_else(pa.array(newborn), pa.scalar(None, pa.string()), whole)


def _latin(
    whole: pa.ChunkedArray, given: pa.ChunkedArray, surname: pa.ChunkedArray, newborn: np.ndarray
) -> tuple[Coded, Coded]:
    """Given names and surnames in Latin letters, from their own columns, else from the whole name."""
    apart = coded(given, latin_word), coded(surname, latin_word)
    codes, parts = _mapped(
        whole, lambda each: ("", "") if is_chinese(plain(each)) else latin_parts(each)
    )
    if not any(any(part) for part in parts):
        return apart
    split = [
        recode(codes.astype(np.int32), pa.array([part[n] for part in parts], pa.string()))
        for n in (0, 1)
    ]
    has_own = _filled(given) | _filled(surname)
    return tuple(  # type: ignore[return-value]
        _merged(own, other, has_own) for own, other in zip(apart, split, strict=True)
    )


def _filled(column: pa.ChunkedArray) -> np.ndarray:
    return pc.not_equal(pc.fill_null(column, ""), "").to_numpy(zero_copy_only=False)


def _merged(own: Coded, other: Coded, has_own: np.ndarray) -> Coded:
    """One column from two: `own` where it counts, else `other`."""
    text = np.where(has_own, own.take(), other.take())
    return coded(pa.chunked_array([pa.array(text, pa.string())]), str)


def _shared_words(given: Coded, surname: Coded) -> tuple[Codes, Codes, np.ndarray]:
    """Codes of given names and surnames in one numbering, so that swapped ones are seen."""
    numbering = {text: place for place, text in enumerate(given.texts.tolist())}
    lookup = np.array(
        [numbering.setdefault(text, len(numbering)) for text in surname.texts.tolist()],
        dtype=np.int32,
    )
    return given.codes, lookup[surname.codes], np.array(list(numbering), dtype=object)


def _name_rows(whole: pa.ChunkedArray, mother: pa.ChunkedArray) -> tuple[NameTable, Codes, Codes]:
    """One table of all different names of people and mothers, and each record's rows in it."""
    name = coded(whole, lambda each: plain_name(plain(each)))
    mothers = coded(mother, lambda each: plain_mother(plain(each)))
    numbering = {text: place for place, text in enumerate(name.texts.tolist())}
    lookup = np.array(
        [numbering.setdefault(text, len(numbering)) for text in mothers.texts.tolist()],
        dtype=np.int32,
    )
    return name_table(np.array(list(numbering), dtype=object)), name.codes, lookup[mothers.codes]


def _births(column: pa.ChunkedArray) -> tuple[Codes, Codes, Codes]:
    """Dates as YYYYMMDD, as days, and as the days meant if they are lunar."""
    codes, numbers = _mapped(column, birth_number)
    unique = np.array([*numbers, 0], dtype=np.int32)
    days = np.array([ordinal(number) for number in unique.tolist()], dtype=np.int32)
    lunar = np.array([lunar_ordinal(number) for number in unique.tolist()], dtype=np.int32)
    return unique[codes], days[codes], lunar[codes]


def _sexes(column: pa.ChunkedArray) -> np.ndarray:
    known = sex_codes()
    codes, sexes = _mapped(column, lambda each: known.get(plain(each), 0))
    return np.array([*sexes, 0], dtype=np.int8)[codes]

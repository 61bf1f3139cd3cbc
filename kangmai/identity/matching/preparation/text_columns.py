"""Phones, addresses and postcodes by columns: `text` says the same of one value."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kangmai.identity.matching.preparation.coded import Coded, coded, plain_column, recode
from kangmai.identity.matching.preparation.text import SHORTEST_PHONE, plain_postcode
from kangmai.identity.matching.preparation.words import default_phones, no_values

HAN = r"\x{3400}-\x{9fff}\x{f900}-\x{faff}\x{20000}-\x{323af}"
ONE_DIGIT = "^(" + "|".join(f"{digit}+" for digit in range(10)) + ")$"
ADDRESS_MARKS = r"""[\s,;:#()\[\]"'“”‘’、。·._\-]+"""


def phone_column(column: pa.ChunkedArray) -> Coded:
    """Phone numbers as `plain_phone` has them."""
    codes, values = plain_column(column)
    digits = pc.replace_substring_regex(values, r"[/;,、|].*$", "")
    digits = pc.replace_substring_regex(digits, "[^0-9]+", "")
    digits = pc.replace_substring_regex(digits, "^(?:00)?86(1[0-9]{10})$", r"\1")
    nothing = pc.or_(
        pc.less(pc.utf8_length(digits), SHORTEST_PHONE),
        pc.or_(
            pc.is_in(digits, pa.array(sorted(default_phones()))),
            pc.match_substring_regex(digits, ONE_DIGIT),
        ),
    )
    return recode(codes, pc.if_else(nothing, "", digits))


def address_column(column: pa.ChunkedArray, town: Coded) -> Coded:
    """Addresses as `plain_address` has them, each without its record's town before it."""
    codes, values = plain_column(column)
    silent = pc.is_in(values, pa.array(sorted(no_values())))
    bare = pc.replace_substring_regex(values, ADDRESS_MARKS, " ")
    bare = pc.replace_substring_regex(bare, f"([{HAN}]) ", r"\1")
    bare = pc.replace_substring_regex(bare, f" ([{HAN}])", r"\1")
    bare = pc.utf8_trim_whitespace(pc.if_else(silent, "", bare))
    whole = recode(codes, bare)
    if len(town.texts) == 1:
        return whole
    return _without_towns(whole, town)


def _without_towns(whole: Coded, town: Coded) -> Coded:
    """Addresses without the town they begin with, worked out once for each pair of both."""
    pairs, place = np.unique(whole.codes.astype(np.int64) << 32 | town.codes, return_inverse=True)
    addresses = whole.texts[pairs >> 32].tolist()
    towns = town.texts[pairs & 0xFFFFFFFF].tolist()
    rest = [
        address.removeprefix(name).strip() or address if name else address
        for address, name in zip(addresses, towns, strict=True)
    ]
    return recode(place.astype(np.int32), pa.array(rest, pa.string()))


def postcode_column(column: pa.ChunkedArray) -> Coded:
    """Postcodes as `plain_postcode` has them."""
    return coded(column, plain_postcode)

"""Text as the string index compares it: without case, accents or width, in one spacing.

`ＡＢＣ`, `Ábc` and `abc` are the same; Chinese characters stay as they are.
Source: FHIR R4, https://hl7.org/fhir/R4/search.html#string; Unicode TR15 (normalization forms).
"""

import re
import unicodedata
from functools import lru_cache

LIMIT = 256
"""Characters of a value that are kept: an index entry must stay far below 2,700 bytes."""

PREFIX_LIMIT = 32
"""Longest prefix of a sealed value that is looked up by its hash."""


@lru_cache(maxsize=20_000)
def normalised(text: str) -> str:
    """The text as it is compared, cut to `LIMIT` characters."""
    return folded(text)[:LIMIT]


def folded(text: str) -> str:
    """The text without case, accents, width and double spaces, at full length."""
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in parts if not unicodedata.combining(c))
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.casefold().split())


def contact(value: str) -> str:
    """A telephone number or address of a telecom system as it is compared.

    Numbers lose spaces, hyphens, brackets and the country code of China; all else is folded.
    """
    plain = folded(value)
    digits = re.sub(r"[\s\-‐-―().·]", "", plain)
    if not re.fullmatch(r"\+?[0-9]{3,}((x|ext|转)[0-9]+)?", digits):
        return plain
    return re.sub(r"^(\+|00)86(?=1[0-9]{10}$|0?[1-9][0-9]{8,10}$)", "", digits)


def name_parts(name: dict) -> list[str]:
    """Every part of a HumanName by which it is searched, a Chinese name also joined."""
    parts = [full_name(name), name.get("family"), *name.get("given", ())]
    return [part for part in (*parts, *name.get("prefix", ()), *name.get("suffix", ())) if part]


def full_name(name: dict) -> str | None:
    """A HumanName as one text: the one it has, or a Chinese family and given name joined."""
    family, given = name.get("family"), [part for part in name.get("given", ()) if part]
    if name.get("text") or not family or not given or family.isascii():
        return name.get("text")
    return family + "".join(given)


def address_parts(address: dict) -> list[str]:
    """Every part of an Address by which it is searched."""
    keys = ("text", "city", "district", "state", "country", "postalCode")
    parts = [*(address.get(key) for key in keys), *address.get("line", ())]
    return [part for part in parts if part]


def prefixes(text: str) -> list[str]:
    """Every beginning of a folded text, from one character to `PREFIX_LIMIT`."""
    return [text[:length] for length in range(1, min(len(text), PREFIX_LIMIT) + 1)]

"""One box for people: the keyed hashes under which a Patient answers to a name, a number or a phone."""

from kangmai.records.search.names import folded_name
from kangmai.records.search.text import PREFIX_LIMIT, contact
from kangmai.records.store.rows import keyed_hash


def people_hashes(text: str) -> list[int]:
    """Every index key that a text typed into a search box may stand for."""
    beginning = folded_name(text)[:PREFIX_LIMIT]
    number = "".join(text.upper().split())
    return [
        keyed_hash(f"Patient|name|^{beginning}"),
        keyed_hash(f"Patient|identifier|{number}"),
        keyed_hash(f"Patient|phone|{contact(text)}"),
    ]

"""One box for people: the keyed hashes under which a Patient answers to a name, a number or a phone."""

from kangmai.kernel import sealing
from kangmai.records.search.sealed import asked_name, gathered
from kangmai.records.search.text import contact
from kangmai.records.store.rows import SEARCH


def people_hashes(text: str) -> list[int]:
    """Every index key that a text typed into a search box may stand for."""
    names = [
        f"Patient|{name}|{asked}"
        for name in gathered("Patient", "name")
        for asked in asked_name(text)
    ]
    number = "".join(text.upper().split())
    numbers = [f"Patient|identifier|{number}", f"Patient|phone|{contact(text)}"]
    hashes = sealing.blinders(SEARCH)
    return [hashed(key) for hashed in hashes for key in (*names, *numbers)]

"""Every example of the specification is found by every search parameter that it carries."""

from datetime import UTC, datetime

import pytest

from kangmai.records.search.query import parse
from kangmai.records.search.sealed import asked_address
from tests.records.search.carried_values import carried
from tests.records.search.search_twin import documents, holds

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def keyed(text: str) -> int:
    """A stand-in for the keyed hash of the sealing suite."""
    return hash(("key", text))


@pytest.mark.outside
@pytest.mark.parametrize("keyed_hash", [None, keyed], ids=["plain", "keyed"])
def test_every_example_is_found_by_what_it_carries(clinical_examples, keyed_hash):
    everything = documents(clinical_examples, NOW, keyed_hash=keyed_hash)
    missed, searches = [], 0
    for resource, document in zip(clinical_examples, everything, strict=True):
        for name, value in dict.fromkeys(carried(resource)):
            if keyed_hash and name == "address" and not asked_address(value):
                name = (
                    "address:exact"  # a sealed Chinese address is found whole, or down to its town
                )
            query = parse(document.type, [(name, value)], at=NOW, keyed_hash=keyed_hash)
            searches += 1
            if not all(holds(c, document, everything) for c in query.where):
                missed.append((document.type, document.id, name, value))
    assert missed[:20] == []
    assert searches > 11_000

"""A hundred Synthea patients, nearly 29,000 entries, are taken without a loss by command and by HTTP."""

import json
import re
import tarfile
from collections import Counter
from datetime import UTC, datetime

import orjson
import pytest

from kangmai.commandline.fhir_files import import_files
from kangmai.kernel.actor import operator
from kangmai.records import queries
from tests.exchange.conftest import BASE, Client

OPERATOR = operator("test")
pytestmark = pytest.mark.outside
ROWS_LIMIT = 700_000
"""All of the hundred patients, whose entries have twenty index rows each, are what these tests are about."""
_OURS = re.compile(rb'"reference":\s*"[^"]*"')


@pytest.fixture(scope="module")
def bundles(testdata) -> list[bytes]:
    """The bundles as their bytes, in the order of the archive."""
    with tarfile.open(testdata / "synthea-r4-100.tar.xz") as archive:
        files = (archive.extractfile(m) for m in archive if m.isfile() and m.name.endswith(".json"))
        return [file.read() for file in files if file]


def comparable(body: bytes) -> object:
    """A resource without what a server changes: id, versions, and where references point."""
    resource = json.loads(_OURS.sub(b'"reference":""', body), parse_float=str)
    resource.pop("id", None)
    meta = resource.get("meta", {})
    meta = {k: v for k, v in meta.items() if k not in ("versionId", "lastUpdated")}
    return {
        **{k: v for k, v in resource.items() if k != "meta"},
        **({"meta": meta} if meta else {}),
    }


def test_command_takes_everything_once(database, testdata, bundles):
    report = import_files([testdata / "synthea-r4-100.tar.xz"], source="synthea")
    names = {
        e["fullUrl"]: e["resource"]["resourceType"]
        for b in bundles
        for e in orjson.loads(b)["entry"]
    }
    counts = report.as_dict()
    assert (counts["units"], counts["entries"], counts["rejected"]) == (100, 28807, 0)
    assert counts["created"] == len(names)
    assert queries.count_types(actor=OPERATOR) == dict(Counter(names.values()))
    again = import_files([testdata / "synthea-r4-100.tar.xz"], source="synthea").as_dict()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 28807)


def test_http_takes_everything_and_gives_it_back_equal(database, token, bundles):
    client = Client(token())
    sent: Counter[str] = Counter()
    for bundle in bundles:
        entries = orjson.loads(bundle)["entry"]
        sent.update(entry["resource"]["resourceType"] for entry in entries)
        answer = client("POST", "", bundle)
        assert answer.status == 200, answer.body[:500]
        where = [
            e["response"]["location"].removeprefix(BASE + "/").split("/")
            for e in answer.json["entry"]
        ]
        raw = {e["fullUrl"]: e["resource"] for e in json.loads(bundle, parse_float=str)["entry"]}
        for (kind, id, *_), original in zip(where, raw.values(), strict=True):
            stored = queries.get(kind, id, actor=OPERATOR, at=datetime.now(UTC))
            assert comparable(stored.body) == comparable(json.dumps(original).encode())
    assert queries.count_types(actor=OPERATOR) == dict(sent)

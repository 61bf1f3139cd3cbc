"""Synthea patients are taken without a loss by command and by HTTP.

Every fourth of the hundred, nearly 7,000 entries; all 28,807 where KANGMAI_WHOLE is set, as
benchmarks/fhir_synthea.py does.
"""

import io
import json
import os
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from kangmai.commandline.fhir_files import import_files
from kangmai.kernel.actor import operator
from kangmai.records import queries
from tests.exchange.conftest import BASE, Client

OPERATOR = operator("test")
pytestmark = pytest.mark.outside
WHOLE = bool(os.environ.get("KANGMAI_WHOLE"))
if WHOLE:
    ROWS_LIMIT = 700_000
    """Each entry has twenty index rows."""
_OURS = re.compile(rb'"reference":\s*"[^"]*"')


@pytest.fixture(scope="module")
def archive(testdata, tmp_path_factory) -> Path:
    """The archive of bundles."""
    given = testdata / "synthea-r4-100.tar.xz"
    if WHOLE:
        return given
    sample = tmp_path_factory.mktemp("synthea") / "sample.tar.xz"
    with tarfile.open(sample, "w:xz", preset=0) as written:
        for name, body in list(files_of(given))[::4]:
            member = tarfile.TarInfo(name)
            member.size = len(body)
            written.addfile(member, io.BytesIO(body))
    return sample


@pytest.fixture(scope="module")
def bundles(archive) -> list[bytes]:
    """The bundles as their bytes, in the order of the archive."""
    return [body for _, body in files_of(archive)]


def files_of(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bodies of the bundles of an archive."""
    with tarfile.open(archive) as opened:
        for member in opened:
            if member.name.endswith(".json") and (file := opened.extractfile(member)):
                yield member.name, file.read()


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


def test_command_takes_everything_once(database, archive, bundles):
    entries = [entry for bundle in bundles for entry in orjson.loads(bundle)["entry"]]
    names = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in entries}
    counts = import_files([archive], source="synthea").as_dict()
    assert (counts["units"], counts["rejected"]) == (len(bundles), 0)
    assert (counts["entries"], counts["created"]) == (len(entries), len(names))
    assert queries.count_types(actor=OPERATOR) == dict(Counter(names.values()))
    again = import_files([archive], source="synthea").as_dict()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, len(entries))


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

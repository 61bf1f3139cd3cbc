"""A lake in a bucket of an S3-compatible store, below a prefix.

A PUT of an object, and the end of an upload in parts, take force in one step, and who reads after them
sees what was written. That is all the lake needs: names are never written twice with other bytes, except
`current`, which one PUT replaces.

Source: Amazon S3 User Guide, "Amazon S3 data consistency model",
https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
"""

import posixpath
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from kangmai.analytics.errors import LakePlaceIncorrect, LakeUnreachable
from kangmai.analytics.lake.storage import Entry, Files
from kangmai.kernel.addresses import is_safe

SCHEME = "s3://"
CONNECT_SECONDS = 5
REQUEST_SECONDS = 60
TRIES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Bucket:
    """Objects whose keys begin with `root` (the bucket and the prefix)."""

    filesystem: Any
    root: str

    def find(self, name: str) -> bytes | None:
        """What an object holds, or None where there is none."""
        with _reached():
            try:
                with self.filesystem.open_input_file(self._key(name)) as file:
                    return bytes(file.read())
            except FileNotFoundError:
                return None

    def put(self, name: str, data: bytes, *, forced: bool = True) -> None:
        """Write an object: a reader sees all of it or what was there before; it stays once it is written."""
        with _reached(), self.filesystem.open_output_stream(self._key(name)) as file:
            file.write(data)

    def force(self, names: Collection[str]) -> None:
        """Nothing: what the store has taken it keeps."""

    def entries(self, under: str) -> Iterator[Entry]:
        """The objects below a name."""
        from pyarrow.fs import FileSelector

        wanted = FileSelector(self._key(under), recursive=True, allow_not_found=True)
        with _reached():
            found = self.filesystem.get_file_info(wanted)
        for info in found:
            if info.is_file:
                written_at = info.mtime.timestamp()
                yield Entry(posixpath.relpath(info.path, self.root), info.size, written_at)

    def sizes(self, names: Collection[str]) -> dict[str, int]:
        """How many bytes those of the objects have that are there; one listing for all of them."""
        if not names:
            return {}
        folder = posixpath.commonpath([posixpath.dirname(name) for name in names])
        there = {entry.name: entry.bytes for entry in self.entries(folder)}
        return {name: there[name] for name in names if name in there}

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects that are there."""
        for name in names:
            with _reached():
                self.filesystem.delete_file(self._key(name))

    def files(self, names: Iterable[str]) -> Files:
        """The objects by their keys, and the store to open them in."""
        return Files(tuple(self._key(name) for name in names), self.filesystem)

    def _key(self, name: str) -> str:
        return f"{self.root}/{name}"


@contextmanager
def _reached() -> Iterator[None]:
    """What the store answers or fails to, as an error of this room."""
    try:
        yield
    except OSError as error:
        raise LakeUnreachable(reason=str(error).partition("; Details")[0]) from error


@lru_cache(maxsize=8)
def bucket_at(address: str, endpoint: str, region: str) -> Bucket:
    """A bucket by its address, `s3://bucket/prefix`.

    Key and secret are those of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or of the file that
    AWS_SHARED_CREDENTIALS_FILE names, as with every program that speaks S3.

    Args:
        endpoint: where the store answers, such as `https://s3.example.org`; "" for that of Amazon.
        region: as the store names it; "" for its usual one.

    Raises:
        LakePlaceIncorrect: the address names no bucket, or the endpoint is not https, except on this machine.
    """
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    root = address.removeprefix(SCHEME).strip("/")
    if not root:
        raise LakePlaceIncorrect(place=address)
    where = _endpoint(endpoint) if endpoint else {}
    filesystem = S3FileSystem(
        **where,
        region=region or "us-east-1",
        allow_delayed_open=True,  # one request for what is small
        connect_timeout=CONNECT_SECONDS,
        request_timeout=REQUEST_SECONDS,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=TRIES),
    )
    return Bucket(filesystem, root)


def _endpoint(address: str) -> dict[str, str]:
    url = urlsplit(address)
    if not is_safe(url) or url.path.strip("/"):
        raise LakePlaceIncorrect(place=address)
    return {"endpoint_override": url.netloc, "scheme": url.scheme}

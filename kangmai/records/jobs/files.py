"""Files of jobs: NDJSON in compressed, sealed frames, so that no one's data lies open on the disk.

Each frame is bound to its file and number, and a last frame marks the end: a file that was cut short,
altered or renamed is noticed when it is read.
"""

import shutil
import struct
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from kangmai.kernel import sealing
from kangmai.records.jobs.errors import FileBroken, NoFilesFolder, NotAnImportFile

FRAME_BYTES = 256 * 1024
_HEAD = struct.Struct(">IH")


def files_folder() -> Path:
    """The folder for files (setting KANGMAI_FILES).

    Raises:
        NoFilesFolder
    """
    if settings.FILES is None:
        raise NoFilesFolder()
    return Path(settings.FILES)


def job_folder(id: str) -> Path:
    """Where the files of a job lie."""
    return files_folder() / "jobs" / id


def import_file(name: str) -> Path:
    """A file that an operator put into the inbox for imports.

    Raises:
        NotAnImportFile: it is not there, or the name leads elsewhere.
    """
    inbox = (files_folder() / "inbox").resolve()
    path = (inbox / name).resolve()
    if not path.is_relative_to(inbox) or not path.is_file():
        raise NotAnImportFile(name=name[:200])
    return path


class Writer:
    """One file of lines under way; `lines` counts them."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self.lines = 0
        self._number = 0
        self._buffer: list[bytes] = []
        self._size = 0
        self._file = path.open("wb")
        path.chmod(0o600)

    def write(self, line: bytes) -> None:
        """Append a line, without its end."""
        self.lines += 1
        self.write_bytes(line + b"\n")

    def write_bytes(self, part: bytes) -> None:
        """Append bytes as they are."""
        self._buffer.append(part)
        self._size += len(part)
        if self._size >= FRAME_BYTES:
            self._frame(b"".join(self._buffer))
            self._buffer, self._size = [], 0

    def _frame(self, plain: bytes) -> None:
        version, sealed = sealing.seal(
            zlib.compress(plain, 1), bound_to=_bound_to(self.path, self._number)
        )
        self._file.write(_HEAD.pack(len(sealed), version) + sealed)
        self._number += 1

    def close(self) -> None:
        """Write what waits, and the end."""
        if self._buffer:
            self._frame(b"".join(self._buffer))
        self._frame(b"")
        self._file.close()


def _bound_to(path: Path, number: int) -> bytes:
    return f"job:{path.parent.name}/{path.name}:{number}".encode()


def read(path: Path) -> Iterator[bytes]:
    """The content of a file, piece by piece.

    Raises:
        FileBroken
    """
    with path.open("rb") as file:
        number = 0
        while head := file.read(_HEAD.size):
            size, version = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, 0)
            sealed = file.read(size)
            if not size or len(sealed) < size:
                break
            plain = zlib.decompress(
                sealing.unseal(version, sealed, bound_to=_bound_to(path, number))
            )
            if not plain:
                return
            yield plain
            number += 1
    raise FileBroken(name=path.name)


def read_lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a content that comes in pieces, without their ends; empty ones are left out."""
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        yield from (line for line in lines if line.strip())
    if rest.strip():
        yield rest


def remove(id: str) -> None:
    """Remove all files of a job."""
    shutil.rmtree(job_folder(id), ignore_errors=True)


def remove_older(at: datetime) -> list[str]:
    """Remove folders that were last written before `at`; returns the ids of their jobs."""
    folder = files_folder() / "jobs"
    old = (
        [p for p in folder.iterdir() if p.stat().st_mtime < at.timestamp()]
        if folder.is_dir()
        else []
    )
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return sorted(path.name for path in old)

"""Continuous archiving: every finished stretch of the write-ahead log is copied to another place.

Together with a physical backup the archive brings the database back to any moment since (`restore`).
What the archive's place is stands in the file `archive-to` of the data folder, so that every command
that starts the server knows it. Segments are compressed, written under another name, synced, then
renamed; one that is there already counts only if it is the same.

Source: PostgreSQL documentation, 25.3 "Continuous Archiving and Point-in-Time Recovery".
"""

import shlex
from pathlib import Path

from kangmai.kernel.database.binaries import give_to_server
from kangmai.kernel.database.errors import ArchiveNotApart, ArchiveNotEmpty

SETTING = "archive-to"
TIMEOUT_SECONDS = 60
"""An unfinished segment is closed after this long, so at most this much is lost with the machine."""


def archive_folder(data_folder: Path) -> Path | None:
    """Where the archive of this data folder goes, or None where it is off."""
    try:
        return Path((data_folder / SETTING).read_text().strip())
    except FileNotFoundError:
        return None


def switch_on(data_folder: Path, to: Path) -> None:
    """Archive to the folder `to` from the next start of the server on.

    Raises:
        ArchiveNotApart: `to` lies inside the data folder, and would be lost with it.
        ArchiveNotEmpty: `to` holds files, which may be the log of another database.
    """
    to = to.resolve()
    if archive_folder(data_folder) == to:
        return
    if to.is_relative_to(data_folder.resolve()):
        raise ArchiveNotApart(folder=to)
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(to.iterdir()):
        raise ArchiveNotEmpty(folder=to)
    give_to_server(to)
    data_folder.mkdir(parents=True, exist_ok=True)
    (data_folder / SETTING).write_text(f"{to}\n")


def switch_off(data_folder: Path) -> None:
    """Archive no more from the next start of the server on."""
    (data_folder / SETTING).unlink(missing_ok=True)


def settings(data_folder: Path) -> dict[str, str]:
    """The server settings that archiving asks for; none where it is off."""
    to = archive_folder(data_folder)
    if to is None:
        return {}
    kept = _quoted(to, "%f.gz")
    part = _quoted(to, "%f.gz.part")
    return {
        "archive_mode": "on",
        "archive_timeout": f"{TIMEOUT_SECONDS}s",
        "archive_command": (
            f'if test -e {kept}; then gzip -dc {kept} | cmp -s - "%p"; '
            f'else gzip -1 < "%p" > {part} && sync {part} && mv {part} {kept}; fi'
        ),
    }


def restore_command(folder: Path | None) -> str:
    """The command by which a server in recovery fetches a segment from an archive; without one it finds nothing."""
    return f'gzip -dc {_quoted(folder.resolve(), "%f.gz")} > "%p"' if folder else "false"


def _quoted(folder: Path, name: str) -> str:
    """A path for the shell in a server setting, where `%` begins a placeholder."""
    return shlex.quote(str(folder).replace("%", "%%") + "/") + name

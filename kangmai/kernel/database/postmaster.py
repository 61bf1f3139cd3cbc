"""What the files and processes of an embedded server say about it: alive, gone, or stale."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

PID_FILE = "postmaster.pid"
SOCKET_NAME = ".s.PGSQL.5432"


def recorded_pid(pgdata: Path) -> int | None:
    """The process id that the pid file of a data folder names, whether or not that process lives."""
    try:
        return int((pgdata / PID_FILE).read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def living_pid(pgdata: Path) -> int | None:
    """The process id of the living server of this data folder, or None.

    After a crash the number may belong to another program, or to the server of another folder: only a
    process called `postgres` that works in this very folder counts. A dead one that its parent has not
    yet buried (a zombie) has no folder any more.
    """
    pid = recorded_pid(pgdata)
    if pid is None:
        return None
    process = Path("/proc") / str(pid)
    try:
        if (process / "comm").read_text().strip() != "postgres":
            return None
        return pid if (process / "cwd").readlink() == pgdata.resolve() else None
    except PermissionError:
        return pid  # another account's server: not ours to judge, so leave it alone
    except OSError:
        return None


def clear_stale_files(pgdata: Path, socket_folder: Path) -> None:
    """Let a new server start where a crashed one left its files; call only if none lives here.

    The server itself refuses while the number in an old pid file belongs to any living program. The
    file is not removed, since it also names the shared memory that orphans of the old server may still
    use, which the new one must check: its first line becomes our number, which a child ignores.
    """
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (socket_folder / name).unlink(missing_ok=True)
    if recorded_pid(pgdata) is not None:
        lines = (pgdata / PID_FILE).read_text().split("\n")
        (pgdata / PID_FILE).write_text("\n".join([str(os.getpid()), *lines[1:]]))


def answers(url: str, *, lives: Callable[[], bool], seconds: float) -> bool:
    """Wait until the server at `url` takes connections; False if it dies first or takes too long."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return True
        except psycopg.OperationalError:
            if not lives():
                return False
            time.sleep(0.05)
    return False

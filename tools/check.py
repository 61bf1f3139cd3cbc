"""Everything that must hold of the tree besides the tests: one table of checks, each run and reported.

    python tools/check.py              all of them
    python tools/check.py floors types only those named

Exit code 1 if any fails; what a check says is printed only then.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
BIN = Path(sys.executable).parent
MACHINE_PATH = re.compile(r"(?<![\w.}/])/(work|root|home|Users)/[\w.-]+/")
HOME_IN_PROSE = ("/home/kangmai/",)
"""Paths of an example installation, which documents may name."""


def run(*command: str | Path, **environment: str) -> str:
    """Run a program in the project's root; what it printed if it failed, else nothing."""
    answer = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
    )
    said = (answer.stdout + answer.stderr).strip()
    return said or f"exit code {answer.returncode}" if answer.returncode else ""


def tracked_files() -> list[Path]:
    """Every file of the tree that git keeps or would keep, without those that are gone."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def migrations() -> str:
    """Models whose migrations were not written; needs no database."""
    code = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'kangmai.config.settings'; django.setup();"
        "from django.core.management import call_command; call_command('makemigrations', check=True, dry_run=True)"
    )
    return run(PYTHON, "-W", "error", "-c", code, KANGMAI_SECRET_KEY="check", DATABASE_URL="")


def lock() -> str:
    """Addresses in the lock, which would tie it to one registry, and requirements without a hash."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    addresses = [f"line {n}: {line}" for n, line in enumerate(lines, 1) if "://" in line]
    heads = [n for n, line in enumerate(lines) if re.match(r"[\w.-]+(\[[\w,]+\])?==", line)]
    bare = [lines[n] for n in heads if n + 1 >= len(lines) or "--hash=" not in lines[n + 1]]
    return "\n".join([*addresses, *(f"without a hash: {line}" for line in bare)])


def machine_paths() -> str:
    """Folders of somebody's machine that slipped into the tree."""
    found = []
    for path in tracked_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            if (
                path != Path(__file__)
                and MACHINE_PATH.search(line)
                and not any(p in line for p in HOME_IN_PROSE)
            ):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return "\n".join(found)


CHECKS: dict[str, Callable[[], str]] = {
    "format": lambda: run(BIN / "ruff", "format", "--check", "--quiet", "--diff", "."),
    "lint": lambda: run(BIN / "ruff", "check", "--quiet", "."),
    "templates": lambda: run(PYTHON, "tools/templates.py", "--check"),
    "floors": lambda: run(BIN / "lint-imports", "--no-logo"),
    "types": lambda: run(BIN / "mypy"),
    "migrations": migrations,
    "translations": lambda: run(PYTHON, "tools/translations.py", "--check"),
    "definitions": lambda: run(PYTHON, "-m", "kangmai", "definitions", "check"),
    "front end": lambda: run(PYTHON, "tools/frontend.py", "--check"),
    "lock": lock,
    "paths": machine_paths,
    "docs": lambda: run(BIN / "pytest", "-q", "tests/architecture"),
}


def main(names: Sequence[str]) -> int:
    """Run the checks named, or all; report every one."""
    unknown = set(names) - CHECKS.keys()
    if unknown:
        print(
            f"no such check: {', '.join(sorted(unknown))}; there are: {', '.join(CHECKS)}",
            file=sys.stderr,
        )
        return 2
    failed = [name for name in CHECKS if (not names or name in names) and not report(name)]
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def report(name: str) -> bool:
    """Run one check, print a line, and what is wrong; returns whether it holds."""
    started = time.monotonic()
    said = CHECKS[name]()
    print(
        f"{'FAIL' if said else 'ok  '} {name:<13} {time.monotonic() - started:5.1f} s", flush=True
    )
    if said:
        lines = said.splitlines()
        print("\n".join(f"     {line}" for line in lines[:60]))
        if len(lines) > 60:
            print(f"     … and {len(lines) - 60} lines more")
    return not said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

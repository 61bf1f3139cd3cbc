"""Run the server and the worker as children of a command, and stop them together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from django.conf import settings

from kangmai.kernel.database.sizing import THREADS, WORKERS
from kangmai.kernel.errors import Conflict, Unavailable
from kangmai.kernel.stopping import stop_on_signals

READY_SECONDS = 60
STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1


class PortInUse(Conflict):
    """Port {port} is taken by another program. Choose another with --port."""

    zh = "端口 {port} 已被占用，请用 --port 换一个。"


class ServerDidNotStart(Unavailable):
    """The server did not become ready within {seconds} s; its messages stand above."""

    zh = "服务器在 {seconds} 秒内未就绪，原因见上方输出。"


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortInUse(port=port) from None


def _commands(port: int) -> dict[str, Sequence[str]]:
    server = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", os.environ.get("KANGMAI_WORKERS", str(WORKERS)),
        "--blocking-threads", os.environ.get("KANGMAI_THREADS", str(THREADS)),
        "--no-ws", "--respawn-failed-workers", "--log-level", "error", "kangmai.config.served:application",
    ]  # fmt: skip
    children: dict[str, Sequence[str]] = {
        "server": server,
        "worker": [sys.executable, "-m", "kangmai.config.worker"],
    }
    if os.environ.get("KANGMAI_MLLP"):
        children["listener"] = [sys.executable, "-m", "kangmai.config.mllp"]
    return children


def _environment() -> dict[str, str]:
    # the package must be found from wherever the command was called
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return {
        **os.environ,
        "DATABASE_URL": settings.DATABASE_URL,
        "KANGMAI_KEYS": str(settings.KEYS),
        "PYTHONPATH": path,
    }


def serve(
    *, port: int, keep_database: Callable[[], None] = lambda: None, announce: Sequence[str] = ()
) -> None:
    """Serve until SIGINT or SIGTERM; prints `ready http://127.0.0.1:PORT` once on stdout.

    A child that dies is started again; one that cannot start at all ends the command.

    Args:
        keep_database: called twice a second; starts the embedded database again if it died.
        announce: lines for people, shown on stderr once the server is ready.

    Raises:
        PortInUse, ServerDidNotStart
    """
    _check_port(port)
    stop = stop_on_signals()
    commands, environment = _commands(port), _environment()
    children = {name: _spawn(command, environment) for name, command in commands.items()}
    try:
        _wait_until_ready(port, children["server"], stop)
        if not stop.is_set():
            click.echo(f"ready http://127.0.0.1:{port}")
            sys.stdout.flush()
            for line in announce:
                click.echo(line, err=True)
        while not stop.wait(0.5):
            keep_database()
            for name, child in children.items():
                if child.poll() is not None:
                    click.echo(
                        f"the {name} ended with code {child.returncode}; starting it again",
                        err=True,
                    )
                    children[name] = _spawn(commands[name], environment)
                    time.sleep(1)
    finally:
        _stop(list(children.values()))


def _spawn(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # in sessions of their own: Ctrl-C reaches us alone, and we end them in order
    return subprocess.Popen(
        command,
        env=environment,
        stdout=sys.stderr.fileno(),
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )


def _die_with_parent() -> None:
    """Ask Linux to end this child when the command is killed, so that no port stays taken."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(port: int, server: subprocess.Popen[bytes], stop: threading.Event) -> None:
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit and server.poll() is None and not stop.is_set():
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    if not stop.is_set():
        raise ServerDidNotStart(seconds=READY_SECONDS)


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    limit = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

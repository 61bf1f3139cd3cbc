"""HL7 v2 by MLLP: one port for each registered program, so that who sends is known by the port alone.

MLLP has no names and no secrets: bind it to the loopback, and let a tunnel (TLS, VPN) end there that only
its sender can enter. A frame is <VT> message <FS><CR>.
Source: HL7 Implementation Guide, Transport Specification MLLP, Release 1 (minimal lower layer protocol).
"""

import logging
import socket
import socketserver
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from kangmai.access.actors import actor_for_program
from kangmai.exchange.hl7v2 import actions
from kangmai.exchange.hl7v2.errors import ListenerUnreadable
from kangmai.kernel.connections import close_own
from kangmai.kernel.errors import KangmaiError

START, END = b"\x0b", b"\x1c\r"
LARGEST_MESSAGE = 8 * 2**20
IDLE_SECONDS = 600
MOST_CONNECTIONS = 16

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """Where to listen, and the client id of the program that sends there."""

    host: str
    port: int
    program: str


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of a setting such as `127.0.0.1:2575=his-of-h1, 127.0.0.1:2576=lis-of-h2`.

    Raises:
        ListenerUnreadable
    """
    return tuple(_line(each.strip()) for each in text.split(",") if each.strip())


def _line(text: str) -> Line:
    address, _, program = text.partition("=")
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not program or int(port) > 65535:
        raise ListenerUnreadable(text=text)
    return Line(host.strip("[]"), int(port), program)


class _Server(socketserver.ThreadingTCPServer):
    """Takes connections of one line; more than a few at once wait."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, line: Line) -> None:
        self.address_family = socket.AF_INET6 if ":" in line.host else socket.AF_INET
        self.line = line
        self.room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__((line.host, line.port), _Connection)


class _Connection(socketserver.BaseRequestHandler):
    """One connection: message, acknowledgement, message, …"""

    server: _Server

    def handle(self) -> None:
        if not self.server.room.acquire(blocking=False):
            return
        try:
            self.request.settimeout(IDLE_SECONDS)
            for raw in _frames(self.request):
                self.request.sendall(START + _answer(raw, self.server.line.program) + END)
        except (OSError, ValueError) as error:
            logger.info("MLLP line %s ended: %s", self.server.line.program, type(error).__name__)
        except Exception:
            logger.exception("MLLP line %s failed", self.server.line.program)
        finally:
            self.server.room.release()
            connection.close()
            close_own()


def _frames(stream: socket.socket) -> Iterator[bytes]:
    """The messages of a connection.

    Raises:
        ValueError: a frame grows beyond what is taken.
    """
    waiting = b""
    while part := stream.recv(65536):
        waiting += part
        while (end := waiting.find(END)) >= 0:
            frame, waiting = waiting[:end], waiting[end + len(END) :]
            yield frame[frame.find(START) + 1 :]
        if len(waiting) > LARGEST_MESSAGE:
            raise ValueError("frame too large")


def _answer(raw: bytes, program: str) -> bytes:
    at = datetime.now(UTC)
    connection.close_if_unusable_or_obsolete()
    try:
        actor, source = actor_for_program(program, at=at)
        return actions.receive(raw, source=source, actor=actor, at=at).text
    except KangmaiError as error:
        logger.error("MLLP line %s: %s", program, error.code)
        return actions.cannot_take(raw, error, at=at)


class Listener:
    """Listens on lines in threads of its own, from `start` to `stop`."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._servers = [_Server(line) for line in lines]

    @property
    def ports(self) -> list[int]:
        """The ports that are listened on, in the order of the lines; one given as 0 was chosen by the system."""
        return [int(server.server_address[1]) for server in self._servers]

    def start(self) -> None:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

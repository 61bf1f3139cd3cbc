"""The acknowledgement of a message: MSH, MSA, and an ERR for each problem.

Source: HL7 2.9, chapter 2, 2.9.2 (original mode), 2.13.5 (ERR), 2.13.8 (MSA); tables 0008, 0357, 0516.
"""

from datetime import datetime

from kangmai.exchange.hl7v2.mapping.primitives import SHANGHAI
from kangmai.exchange.hl7v2.types import Header, Problem, State

MOST_PROBLEMS = 20
_ESCAPES = str.maketrans(
    {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\r": " ", "\n": " "}
)


def acknowledgement(
    header: Header, state: State, problems: tuple[Problem, ...], *, control_id: str, at: datetime
) -> bytes:
    """The answer to a message, in its own encoding and version."""
    event = header.event.partition("^")[2]
    kind = f"ACK^{event}^ACK" if event else "ACK"
    local = at.astimezone(SHANGHAI)
    lines = [
        "|".join(
            [
                "MSH", "^~\\&",
                *map(_escaped, (header.receiving_application or "KANGMAI", header.receiving_facility,
                                header.sending_application, header.sending_facility)),
                local.strftime("%Y%m%d%H%M%S%z"), "", kind, control_id, header.processing or "P",
                header.version, "", "", "", "", "", header.character_set,
            ]
        ).rstrip("|"),
        f"MSA|{state}|{_escaped(header.control_id)}",
    ]  # fmt: skip
    lines += [_error(each) for each in problems[:MOST_PROBLEMS]]
    text = "\r".join(lines) + "\r"
    return text.encode(header.encoding, errors="replace")


def _error(problem: Problem) -> str:
    """ERR-2 place, ERR-3 code, ERR-4 severity, ERR-7 for machines and people abroad, ERR-8 for the user."""
    code = f"{problem.code}^^HL70357"
    return (
        f"ERR||{problem.place}|{code}|E|||{_escaped(problem.english)}|{_escaped(problem.chinese)}"
    )


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)

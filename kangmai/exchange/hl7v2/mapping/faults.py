"""What a value of a message may be found wrong for; codes of table 0357."""

from kangmai.exchange.hl7v2.types import Place, Problem

SEQUENCE, MISSING, TYPE, UNKNOWN_CODE = "100", "101", "102", "103"
UNSUPPORTED_TYPE, UNSUPPORTED_EVENT, UNKNOWN_KEY = "200", "201", "204"
DUPLICATE_KEY, INTERNAL = "205", "207"


class Faulty(Exception):
    """A value cannot be mapped; gathered by the mapping, never seen outside."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.english)


def faulty(code: str, place: Place, english: str, chinese: str) -> Faulty:
    """A fault at a place, in both languages; sentences never repeat what the message says."""
    return Faulty(Problem(code, str(place), english, chinese))

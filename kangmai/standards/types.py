"""Small closed choices that every room shares."""

from enum import Enum


class Sex(Enum):
    """Sex of a person; the value is the code of GB/T 2261.1-2003."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    NOT_STATED = "9"

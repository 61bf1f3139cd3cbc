"""The number of a card: city, serial, check digit; what people read aloud and a reader works with."""

CITY_DIGITS, SERIAL_DIGITS = 4, 11


def check_digit(digits: str) -> int:
    """The last digit that makes a number pass (Luhn, ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * (2 - position % 2) for position, digit in enumerate(reversed(digits))]
    return -sum(value - 9 if value > 9 else value for value in doubled) % 10


def card_number(city: str, serial: int) -> str:
    """The number of the card with a serial.

    >>> card_number("4412", 42)
    '4412000000000426'
    """
    digits = f"{city[:CITY_DIGITS]}{serial:0{SERIAL_DIGITS}d}"
    return f"{digits}{check_digit(digits)}"


def is_card_number(text: str) -> bool:
    """Whether a text can be the number of a card of some city."""
    long = CITY_DIGITS + SERIAL_DIGITS + 1
    return (
        len(text) == long
        and text.isascii()
        and text.isdigit()
        and check_digit(text[:-1]) == int(text[-1])
    )


def city_of(number: str) -> str:
    """The first four digits of the division code of the city that issued a card."""
    return number[:CITY_DIGITS]

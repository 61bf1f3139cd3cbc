"""Credit codes that pass every check and yet belong to nobody: their body begins with XXXX.

Source: GB 32100-2015 for the whole, GB 11714-1997 for the nine characters of the organization.
"""

from kangmai.commandline.city.assumptions import read
from kangmai.standards.credit_codes import make_credit_code

_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def invented_credit_code(*, region: str, number: int) -> str:
    """The credit code of the invented organization with a number below 31 to the fourth power."""
    form = read("network")["credit_code"]
    body = form["body_begins"] + _in_31(number, 4)
    return make_credit_code(
        f"{form['department']}{form['category']}{region[:6]}{body}{_organization_check(body)}"
    )


def _in_31(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, digit = divmod(number, 31)
        text = _CHARACTERS[digit] + text
    return text


def _organization_check(body: str) -> str:
    values = [int(each, 36) for each in body]
    check = 11 - sum(w * v for w, v in zip(_WEIGHTS, values, strict=True)) % 11
    return {10: "X", 11: "0"}.get(check, str(check))

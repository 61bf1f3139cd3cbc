"""What cards decide without a table: sentences for outcomes, fit passwords, lists of keys, and the reader."""

import base64
import json
from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise

from kangmai.identity.cards.adapters import presented
from kangmai.identity.cards.codes import is_ours
from kangmai.identity.cards.errors import KeyListUnreadable, PinUnfit, SceneUnknown
from kangmai.identity.cards.numbers import card_number, city_of, is_card_number
from kangmai.identity.cards.policy import Policy, policy
from kangmai.identity.cards.reader import Reader, judged
from kangmai.identity.cards.types import Algorithm, Outcome, PublicKey, Scene
from kangmai.standards.divisions import find_division

__all__ = [
    "Policy",
    "Reader",
    "answer",
    "card_number",
    "city_of",
    "is_card_number",
    "is_ours",
    "judged",
    "key_list",
    "policy",
    "presented",
    "read_key_list",
    "require_fit_pin",
    "scene_of",
]

ANSWERS: dict[Outcome, tuple[str, str]] = {
    Outcome.ACCEPTED: ("已通过。", "Accepted."),
    Outcome.EXPIRED: (
        "二维码已过期，请持卡人刷新后重新出示。",
        "The code has expired: have the holder show a fresh one.",
    ),
    Outcome.EARLY: (
        "二维码的时间晚于本机时间，请校准本机时钟。",
        "The code was made later than this machine's time: set its clock.",
    ),
    Outcome.REPLAYED: (
        "该二维码已使用过，可能是截图；请持卡人刷新后重新出示。",
        "This code was used before; it may be a picture of a screen. Have the holder show a fresh one.",
    ),
    Outcome.FORGED: (
        "二维码签名不符，不是有效的电子健康卡；请核对证件。",
        "The signature is wrong: this is no e-health card. Check a document instead.",
    ),
    Outcome.UNREADABLE: (
        "无法识别，请清洁扫码窗口或重新扫描。",
        "This cannot be read. Clean the scanner and try again.",
    ),
    Outcome.OTHER_CITY: (
        "该卡由{city}发放，本机构不能验证；请按外地居民登记。",
        "This card was issued by {city} and cannot be checked here: register the person as a visitor.",
    ),
    Outcome.KEY_UNKNOWN: (
        "本机没有该卡的验码公钥，请更新公钥表。",
        "This reader does not have the key of this card: bring its list of keys up to date.",
    ),
    Outcome.KEY_REVOKED: (
        "该卡的签名密钥已停用，请重新出码或重新打印。",
        "The key that signed this code is no longer valid: show a new code, or print the card again.",
    ),
    Outcome.UNKNOWN: (
        "没有找到对应的居民，请核对证件后登记。",
        "No resident belongs to this. Check the document, then register the person.",
    ),
    Outcome.SUSPENDED: (
        "该卡已挂失，请核对本人身份。",
        "This card was reported lost: check who is standing before you.",
    ),
    Outcome.REPLACED: ("该卡已补换，旧卡作废。", "This card was replaced; the old one is void."),
    Outcome.CANCELLED: ("该卡已注销。", "This card was cancelled."),
    Outcome.FACTOR_MISSING: (
        "这是打印的静态码，还需输入卡密码或核对证件。",
        "This is a printed code: it also needs the card's password or an identity document.",
    ),
    Outcome.FACTOR_WRONG: (
        "卡密码或证件不符，请重试。",
        "The password or the document does not belong to this card. Try again.",
    ),
    Outcome.LOCKED: (
        "错误次数过多，静态码已锁定；请在窗口核对身份后重设密码。",
        "Too many wrong attempts: the printed code is locked until a desk sets a new password.",
    ),
    Outcome.DECEASED: (
        "持卡人已登记死亡，请核实。",
        "The holder is registered as having died: look into it.",
    ),
    Outcome.UNDECODED: (
        "这是医保电子凭证，需由医保终端解码后传入。",
        "This is a medical insurance voucher: let the insurance terminal decode it first.",
    ),
}


def answer(outcome: Outcome, language: str, *, number: str = "") -> str:
    """What to tell the person at the reader, in `zh` or `en`."""
    zh, en = ANSWERS[outcome]
    text = zh if language.startswith("zh") else en
    return text.format(city=_city_name(number, language))


def _city_name(number: str, language: str) -> str:
    code = f"{city_of(number)}00" if number else ""
    found = find_division(code) if code else None
    if found is None:
        other = "外地" if language.startswith("zh") else "another city"
        return f"{other}（{code}）" if code and language.startswith("zh") else other
    return found.name


def scene_of(text: str) -> Scene:
    """A scene of use by its word; empty means `other`.

    Raises:
        SceneUnknown
    """
    try:
        return Scene(text or Scene.OTHER)
    except ValueError:
        raise SceneUnknown(scene=text[:40], known=", ".join(Scene)) from None


def require_fit_pin(pin: str, *, birth_date: date | None, on: date) -> None:
    """Let pass a password that is not the first anybody would try.

    Raises:
        PinUnfit
    """
    digits = policy(on=on).pin_digits
    if len(pin) != digits or not (pin.isascii() and pin.isdigit()) or _is_simple(pin):
        raise PinUnfit(digits=digits)
    if birth_date and pin in f"{birth_date:%Y%m%d} {birth_date:%d%m%Y} {birth_date:%d%m%y}":
        raise PinUnfit(digits=digits)


def _is_simple(pin: str) -> bool:
    steps = {int(right) - int(left) for left, right in pairwise(pin)}
    return len(steps) == 1 and steps <= {-1, 0, 1}


def key_list(keys: Iterable[PublicKey]) -> str:
    """Public keys as the JSON that readers load."""
    return json.dumps(
        {
            "keys": [
                {
                    "id": key.id,
                    "algorithm": key.algorithm,
                    "city": key.city,
                    "public": base64.b64encode(key.public).decode(),
                    "from": key.from_at.isoformat(),
                    "to": key.to_at.isoformat() if key.to_at else None,
                    "revoked": key.revoked_at.isoformat() if key.revoked_at else None,
                }
                for key in keys
            ]
        }
    )


def read_key_list(text: str, *, place: str) -> tuple[PublicKey, ...]:
    """What `key_list` wrote; `place` is named in the refusal.

    Raises:
        KeyListUnreadable
    """
    try:
        return tuple(
            PublicKey(
                int(each["id"]),
                Algorithm(each["algorithm"]),
                str(each["city"]),
                base64.b64decode(each["public"], validate=True),
                datetime.fromisoformat(each["from"]),
                datetime.fromisoformat(each["to"]) if each.get("to") else None,
                datetime.fromisoformat(each["revoked"]) if each.get("revoked") else None,
            )
            for each in json.loads(text)["keys"]
        )
    except (ValueError, KeyError, TypeError):
        raise KeyListUnreadable(place=place) from None

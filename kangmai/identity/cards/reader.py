"""A reader that needs no line: it checks codes with public keys and its own memory of the last minute."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from kangmai.identity.cards import codes
from kangmai.identity.cards.numbers import city_of
from kangmai.identity.cards.policy import Policy
from kangmai.identity.cards.signatures import checker
from kangmai.identity.cards.types import Code, CodeKind, Outcome, PublicKey, Reading


def judged(text: str, keys: dict[int, PublicKey], *, policy: Policy, at: datetime) -> Reading:
    """What a code is worth by its signature and its time, whoever saw it before.

    A printed code that is genuine gives FACTOR_MISSING: it proves nothing without its second factor.
    """
    found = codes.read(text)
    if found is None:
        return Reading(Outcome.UNREADABLE)
    code, said, signature = found
    key = keys.get(code.key_id)
    if key is None or key.city != city_of(code.number):
        return Reading(_without_key(code, keys), code)
    if not checker(key.algorithm, key.public)(said, signature):
        return Reading(Outcome.FORGED, code)
    if key.revoked_at is not None and key.revoked_at <= at:
        return Reading(Outcome.KEY_REVOKED, code)
    if code.kind is CodeKind.STATIC:
        return Reading(Outcome.FACTOR_MISSING, code)
    return Reading(_by_time(code, key, policy, at), code)


def _without_key(code: Code, keys: dict[int, PublicKey]) -> Outcome:
    cities = {key.city for key in keys.values()}
    return Outcome.KEY_UNKNOWN if city_of(code.number) in cities else Outcome.OTHER_CITY


def _by_time(code: Code, key: PublicKey, policy: Policy, at: datetime) -> Outcome:
    skew = timedelta(seconds=policy.skew_seconds)
    if key.to_at is not None and code.made_at > key.to_at + skew:
        return Outcome.KEY_REVOKED
    if code.made_at > at + skew:
        return Outcome.EARLY
    if at >= code.made_at + timedelta(seconds=policy.code_seconds) + skew:
        return Outcome.EXPIRED
    return Outcome.ACCEPTED


class Reader:
    """Reads codes one after another and accepts each dynamic one once.

    Two readers without a line cannot know of each other: what they accepted is compared when they send
    it in (`actions.record_offline_uses`), and the second is then found to be a replay.

    >>> reader = Reader(keys, policy=policy(on=today))        # doctest: +SKIP
    >>> reader.read(text, at=now).outcome                     # doctest: +SKIP
    <Outcome.ACCEPTED: 'accepted'>
    """

    def __init__(self, keys: Iterable[PublicKey], *, policy: Policy) -> None:
        self._keys = {key.id: key for key in keys}
        self._policy = policy
        self._spent: dict[bytes, datetime] = {}

    def read(self, text: str, *, at: datetime) -> Reading:
        """What a code is worth now."""
        reading = judged(text, self._keys, policy=self._policy, at=at)
        if reading.outcome is not Outcome.ACCEPTED or reading.code is None:
            return reading
        if reading.code.nonce in self._spent:
            return Reading(Outcome.REPLAYED, reading.code)
        self._forget(at)
        self._spent[reading.code.nonce] = at
        return reading

    def _forget(self, at: datetime) -> None:
        """Drop what is too old to be accepted again anyway; dictionaries keep the order of entry."""
        long = timedelta(seconds=self._policy.code_seconds + 2 * self._policy.skew_seconds)
        for nonce, seen_at in list(self._spent.items()):
            if at - seen_at <= long:
                break
            del self._spent[nonce]

"""Scans as they are sent, and the words for what was not taken."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np

from kangmai.epidemic.venues import queries
from kangmai.epidemic.venues.errors import ScansUnreadable
from kangmai.epidemic.venues.rules import EPOCH, pass_number
from kangmai.epidemic.venues.types import Channel, Device, Refusal, Scan, Scans

LONGEST_BATCH = 20_000
UNIX_OF_EPOCH = int(EPOCH.timestamp())
OWN_PHONE = 0
LARGEST_PASS = 2**63 - 1
CHANNELS = {channel.name.lower(): channel for channel in Channel}


def refusal_words(reason: str, at: datetime, language: str) -> str:
    """Why a scan was not taken, in a sentence."""
    return queries.current_rule(at=at).refusals[Refusal(reason)].in_language(language)


def one(body: Mapping[str, Any], *, device: Device | None, at: datetime) -> Scan:
    """One scan: by pass, and where a device sends it also by document or card; only a device names its channel.

    Raises:
        ScansUnreadable, CodeIncorrect, NoOrderInForce, PersonUnknown.
    """
    number, channel = _whose(body, device, at)
    named = channel if device is None else body.get("channel", channel)
    if not isinstance(named, str) or named not in CHANNELS:
        raise ScansUnreadable(reason=f"channel: one of {', '.join(CHANNELS)}")
    companion = body.get("companion")
    speaker = OWN_PHONE if device is None else device.id
    if companion:
        speaker = -queries.key_of_pass(pass_number=_pass(companion), at=at)
        named = "proxy"
    return Scan(
        client=_text(body, "id"),
        scanned_at=_instant(body.get("at"), at),
        entrance=_text(body, "entrance"),
        pass_number=number,
        source=speaker,
        channel=CHANNELS[named],
        own_venue=_venue_of(device),
    )


def _venue_of(device: Device | None) -> int:
    return 0 if device is None else device.venue_id or 0


def _whose(body: Mapping[str, Any], device: Device | None, at: datetime) -> tuple[int, str]:
    if "pass" in body:
        return _pass(body["pass"]), "phone" if device is None else "manual"
    if device is None:
        raise ScansUnreadable(reason="pass: missing")
    if isinstance(document := body.get("document"), dict):
        kind, number = _text(document, "kind"), _text(document, "number")
        return queries.pass_of_document(kind=kind, number=number, at=at), "document_reader"
    if "card" in body:
        return queries.pass_of_card(index_number=_text(body, "card"), at=at), "card"
    raise ScansUnreadable(reason="one of pass, document, card is needed")


def _pass(given: object) -> int:
    return (
        given if isinstance(given, int) and 0 < given <= LARGEST_PASS else pass_number(str(given))
    )


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    text = str(value).strip() if isinstance(value, str | int) else ""
    if not 0 < len(text) <= 200 or not text.isprintable():
        raise ScansUnreadable(reason=f"{name}: missing, too long or unprintable")
    return text


def _instant(given: object, at: datetime) -> datetime:
    """ISO 8601 with an offset, seconds since 1970, or the instant of arrival."""
    try:
        if given is None:
            return at
        if isinstance(given, int | float):
            return datetime.fromtimestamp(given, UTC)
        found = datetime.fromisoformat(str(given))
        if found.tzinfo is not None:
            return found
    except (ValueError, OverflowError, OSError):
        pass
    raise ScansUnreadable(reason="at: an instant with an offset, or seconds since 1970") from None


def batch(body: Mapping[str, Any], *, device: Device) -> tuple[Scans, UUID | None]:
    """A batch of columns of one length; `entrance` is one code for all or a list of codes.

    Raises:
        ScansUnreadable
    """
    ids, at, passes = (_numbers(body, name) for name in ("ids", "at", "passes"))
    if not 0 < len(ids) == len(at) == len(passes) <= LONGEST_BATCH:
        raise ScansUnreadable(
            reason=f"ids, at and passes: lists of one length, at most {LONGEST_BATCH}"
        )
    entrance = body.get("entrance")
    entrances = (entrance,) if isinstance(entrance, str) else tuple(entrance or ())
    if len(entrances) not in (1, len(ids)) or not all(isinstance(e, str) for e in entrances):
        raise ScansUnreadable(reason="entrance: a code, or a code for each scan")
    channel = CHANNELS.get(str(body.get("channel", "offline")))
    if channel is None:
        raise ScansUnreadable(reason=f"channel: one of {', '.join(CHANNELS)}")
    scans = Scans(
        client=ids,
        # four bytes hold two centuries; what lies outside is refused as too old or as from the future
        at=np.clip(at - UNIX_OF_EPOCH, -(2**31), 2**31 - 1),
        passes=passes,
        entrances=entrances,
        sources=np.full(len(ids), device.id, np.int64),
        channels=np.full(len(ids), channel.value, np.int64),
        own_venues=np.full(len(ids), _venue_of(device), np.int64),
    )
    return scans, _upload(body.get("upload"))


def _numbers(body: Mapping[str, Any], name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    try:
        column = np.array(body[name])
        if column.ndim == 1 and column.dtype == np.int64:
            return column
        raise ValueError
    except (ValueError, TypeError, OverflowError, KeyError):
        raise ScansUnreadable(reason=f"{name}: a list of whole numbers is needed") from None


def _upload(given: object) -> UUID | None:
    try:
        return None if given is None else UUID(str(given))
    except ValueError:
        raise ScansUnreadable(reason="upload: a UUID") from None

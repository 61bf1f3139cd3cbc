"""Channels that lead out of the house: which the operator has set up, and how a message goes by each.

What leaves is the template's fixed outbound sentence and a link; whoever follows it logs in first. A
failure is kept as a name, never as what the other server said.
"""

import datetime
import http.client
import json
import logging
import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.messages.errors import AddressIncorrect, ChannelUnknown

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What one delivery needs to go out."""

    delivery: str
    template: str
    account_id: int
    login: str
    address: str
    text: str
    link: str
    urgency: str


def channels(*, on: datetime.date) -> dict[str, Definition]:
    """Every channel there is, by id."""
    found = definitions.load("messages", "channel")
    return {each.id: each for each in found if each.is_effective(on)}


def channel(id: str, *, on: datetime.date) -> Definition:
    """The channel of this id. Raises ChannelUnknown."""
    known = channels(on=on)
    if id not in known:
        raise ChannelUnknown(channel=id, known=", ".join(known))
    return known[id]


def is_open(found: Definition) -> bool:
    """Whether the operator has said where this channel leads; the console needs nothing."""
    return found.content["way"] == "console" or bool(settings.CHANNELS.get(found.id, {}).get("url"))


def checked_address(found: Definition, address: str) -> str:
    """An address in the channel's form; empty where it needs none. Raises AddressIncorrect."""
    if "address" not in found.content:
        return ""
    address = address.strip()
    if not re.fullmatch(found.content["address"]["pattern"], address):
        raise AddressIncorrect(channel=found.id)
    return address


def send(found: Definition, outgoing: Outgoing) -> str:
    """Send one message by one channel; returns the name of the fault, or nothing."""
    match found.content["way"]:
        case "console":
            return _log(outgoing)
        case "email":
            return _mail(found, outgoing)
        case _:
            return _post(found, outgoing)


def _log(outgoing: Outgoing) -> str:
    logger.warning("message %s for account %s", outgoing.template, outgoing.account_id)
    return ""


def _mail(found: Definition, outgoing: Outgoing) -> str:
    setting = settings.CHANNELS["email"]
    parts = urlsplit(setting["url"])
    connection = get_connection(
        setting["backend"],
        host=parts.hostname,
        port=parts.port,
        username=parts.username or "",
        password=parts.password or "",
        use_ssl=parts.scheme == "smtps",
        timeout=found.content["timeout_seconds"],
    )
    mail = EmailMessage(
        subject=outgoing.text,
        body=f"{outgoing.text}\n{outgoing.link}\n",
        from_email=setting["from"],
        to=[outgoing.address],
        headers={"Message-ID": f"<{outgoing.delivery}@kangmai>"},
        connection=connection,
    )
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        return type(error).__name__
    return ""


def _post(found: Definition, outgoing: Outgoing) -> str:
    """One POST to the address of the operator; no redirect is followed and no proxy asked."""
    setting = settings.CHANNELS[found.id]
    values = _values(outgoing, setting.get("token", ""))
    request = found.content["request"]
    headers = {name: text.format_map(values) for name, text in request.get("headers", {}).items()}
    headers["Content-Type"] = request["content_type"]
    parts = urlsplit(setting["url"])
    seconds = found.content["timeout_seconds"]
    connection = (
        http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=seconds, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, _body(request, values), headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__
    finally:
        connection.close()
    return "" if 200 <= status < 300 else f"HTTP {status}"


def _values(outgoing: Outgoing, token: str) -> dict[str, str]:
    return {
        "address": outgoing.address,
        "login": outgoing.login,
        "text": outgoing.text,
        "link": outgoing.link,
        "urgency": outgoing.urgency,
        "delivery": outgoing.delivery,
        "token": token,
    }


def _body(request: Mapping[str, Mapping[str, str]], values: Mapping[str, str]) -> bytes:
    filled = {name: text.format_map(values) for name, text in request["body"].items()}
    if request["content_type"] == "application/json":
        return json.dumps(filled, ensure_ascii=False).encode()
    return urlencode(filled).encode()

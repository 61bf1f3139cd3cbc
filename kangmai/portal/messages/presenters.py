"""Plain data for the pages of messages."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.messages.types import Asks, Delivery, Message, Urgency
from kangmai.portal.shell import words

ICONS = {
    "glass_to_review": "unlock",
    "glass_on_our_resident": "unlock",
    "failed_events": "feed",
    "failed_deliveries": "feed",
}
TONES = {Urgency.ROUTINE: "", Urgency.URGENT: "warning", Urgency.EMERGENCY: "danger"}


def language() -> str:
    """The language of the page, as rooms call it."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def urgency_words(urgency: Urgency) -> str:
    """An urgency in words."""
    return {
        Urgency.ROUTINE: _("routine"),
        Urgency.URGENT: _("urgent"),
        Urgency.EMERGENCY: _("emergency"),
    }[urgency]


@dataclass(frozen=True, slots=True)
class Row:
    """A message in the list."""

    id: UUID
    icon: str
    title: str
    body: str
    link: str
    urgency: str
    tone: str
    when: str
    is_new: bool
    may_acknowledge: bool
    is_settled: bool


def row(message: Message) -> Row:
    """One line of the inbox."""
    return Row(
        message.id,
        ICONS.get(message.template, "clock" if message.subject_kind == "Deadline" else "inbox"),
        message.title,
        message.body,
        message.link,
        urgency_words(message.urgency) if message.urgency is not Urgency.ROUTINE else "",
        TONES[message.urgency],
        words.instant(message.created_at),
        message.is_waiting and not message.is_read,
        message.asks is Asks.ACKNOWLEDGE and not message.is_settled,
        message.is_settled,
    )


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """An outbound message that was given up."""

    id: UUID
    kind: str
    channel: str
    account: int
    fault: str
    attempts: int
    when: str


def delivery(each: Delivery, titles: dict[str, str]) -> DeliveryRow:
    """One line of the queue."""
    return DeliveryRow(
        each.id,
        titles.get(each.template, each.template),
        each.channel,
        each.account_id,
        each.fault,
        each.attempts,
        words.instant(each.created_at),
    )

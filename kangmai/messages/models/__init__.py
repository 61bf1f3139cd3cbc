"""Tables of the inbox and of the queue that leads outside."""

from kangmai.messages.models.inbox import Message, Reading
from kangmai.messages.models.outbound import ChannelChoice, Delivery

__all__ = ["ChannelChoice", "Delivery", "Message", "Reading"]

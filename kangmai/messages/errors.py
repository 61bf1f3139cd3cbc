"""What messages refuse.

Incorrect
├── AddressIncorrect
├── ChannelUnknown
├── CursorUnreadable
├── LinkIncorrect
└── ParametersIncorrect
NotFound
├── MessageUnknown
└── DeliveryUnknown
Conflict
├── AlreadySettled
└── ChoiceChanged
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class AddressIncorrect(Incorrect):
    """This is no address for the channel '{channel}'."""

    zh = "这不是“{channel}”渠道的有效地址。"


class ChannelUnknown(Incorrect):
    """There is no channel '{channel}'; there are: {known}."""

    zh = "没有“{channel}”渠道；可用渠道：{known}。"


class CursorUnreadable(Incorrect):
    """The page cannot be found: begin at the first one."""

    zh = "找不到该页，请从第一页开始。"


class LinkIncorrect(Incorrect):
    """A message links to a path of the portal, such as /residents/; '{link}' is none."""

    zh = "消息只能链接到本系统的页面路径（如 /residents/），“{link}”不是。"


class ParametersIncorrect(Incorrect):
    """The template '{template}' takes the parameters {expected}; given were {given}."""

    zh = "模板“{template}”需要参数 {expected}，收到的是 {given}。"


class MessageUnknown(NotFound):
    """There is no such message, or it is not for you."""

    zh = "没有该消息，或不是发给您的。"


class DeliveryUnknown(NotFound):
    """There is no outbound message {id} that was given up."""

    zh = "没有编号为 {id} 的未送达消息。"


class AlreadySettled(Conflict):
    """Somebody has taken this on already."""

    zh = "该消息已有人处理。"


class ChoiceChanged(Conflict):
    """Your setting was changed meanwhile (version {current}, yours was {expected}). Look again and repeat your change."""

    zh = "您的设置已被修改（当前版本 {current}，您的版本 {expected}），请查看后重新修改。"

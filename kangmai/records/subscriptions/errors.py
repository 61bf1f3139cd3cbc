"""What Subscriptions are refused for."""

from kangmai.kernel.errors import Incorrect


class EndpointNotAllowed(Incorrect):
    """Notifications may not be sent to {origin}. Ask your operator to allow it (KANGMAI_SUBSCRIBERS)."""

    zh = "不允许向 {origin} 发送通知，请联系管理员在 KANGMAI_SUBSCRIBERS 中放行。"


class BadSubscription(Incorrect):
    """The Subscription cannot be served: {reason}"""

    zh = "订阅无法执行：{reason}"

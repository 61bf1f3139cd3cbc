"""What the HL7 v2 door refuses.

Incorrect
├── MessageRefused      its content cannot be stored (AE)
└── MessageRejected     it was not looked into (AR)
Forbidden
└── NotAnInstitution    who sends acts for no institution
"""

from kangmai.exchange.hl7v2.types import Problem
from kangmai.kernel.errors import Forbidden, Incorrect


class MessageRefused(Incorrect):
    """The message cannot be stored: {count} problem(s), the first at {place}: {first}"""

    zh = "消息无法保存：{count} 处问题，第一处在 {place}：{first}"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(count=len(problems), place=first.place, first=first.english)


class MessageRejected(MessageRefused):
    """The message was not taken: {count} problem(s), the first at {place}: {first}"""

    zh = "消息未被接收：{count} 处问题，第一处在 {place}：{first}"


class NotAnInstitution(Forbidden):
    """HL7 v2 messages are written as an institution's; {client} acts for none."""

    zh = "HL7 v2 消息须以机构名义写入，{client} 不代表任何机构。"


class ListenerUnreadable(Incorrect):
    """'{text}' does not say where to listen for whom; write HOST:PORT=PROGRAM, several separated by commas."""

    zh = "“{text}”未说明为谁在何处监听，请写作 主机:端口=接入系统，多个用逗号分隔。"

"""What this room refuses.

Incorrect
├── AnswersRefused       `faults` tells each place, what is wrong, how to mend it
├── NotForThisResident   age, sex, or the time of life
├── ReasonMissing
├── KeyMissing
└── DraftTooLarge
Conflict
├── AnswersChanged       somebody saved meanwhile; `changes` shows what
├── AlreadyAnswered
├── AnswersWithdrawn
└── KeyReused
NotFound
├── FormUnknown
└── ResponseNotFound
"""

from collections.abc import Sequence

from kangmai.forms.types import Change, Fault
from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class AnswersRefused(Incorrect):
    """{count} answer(s) of the form {form} must be mended, the first at {place}: {first}"""

    zh = "表单 {form} 有 {count} 处需要修改，第一处 {place}：{first_zh}"

    def __init__(self, *, form: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(
            form=form, count=len(self.faults), place=first.place, first=first.en, first_zh=first.zh
        )


class NotForThisResident(Incorrect):
    """The form “{form}” is not for this resident: {reason}"""

    zh = "表单“{form_zh}”不适用于该居民：{reason_zh}"


class ReasonMissing(Incorrect):
    """Say in at most {most} characters why the answers are changed: the earlier ones stay readable together with the reason."""

    zh = "请用不超过 {most} 个字填写更正原因：原来的填写会连同原因一起保留，可供查阅。"


class KeyMissing(Incorrect):
    """The idempotency key must be a text of 8 to 64 letters, digits, '-' or '_', made once for each form that is shown."""

    zh = "幂等键应为 8 至 64 位字母、数字、“-”或“_”，每次打开表单生成一次。"


class DraftTooLarge(Incorrect):
    """The draft is larger than {limit} bytes: shorten the longest text."""

    zh = "草稿超过 {limit} 字节，请缩短最长的文字。"


class AnswersChanged(Conflict):
    """These answers are now at version {current}, not {expected}: somebody saved them meanwhile ({count} place(s) differ). Look at the change, then repeat yours."""

    zh = "该表单已被他人保存为第 {current} 版（您打开的是第 {expected} 版），有 {count} 处不同。请查看后再修改。"

    def __init__(self, *, response: str, current: int, expected: int, changes: Sequence[Change]):
        self.changes = tuple(changes)
        super().__init__(
            response=response, current=current, expected=expected, count=len(self.changes)
        )


class AlreadyAnswered(Conflict):
    """This has been answered already (response {response}): open it and correct it there."""

    zh = "该次服务已填写（记录 {response}）：请打开后更正。"


class AnswersWithdrawn(Conflict):
    """The response {response} was withdrawn as entered in error and cannot be changed: fill in the form again."""

    zh = "记录 {response} 已作废，不能再修改，请重新填写。"


class KeyReused(Conflict):
    """The idempotency key was used before for other answers: load the form again, so that it gets a new key."""

    zh = "该幂等键已用于其他内容，请重新打开表单后再提交。"


class FormUnknown(NotFound):
    """There is no form '{form}' in force on {on}."""

    zh = "没有在 {on} 生效的表单“{form}”。"


class ResponseNotFound(NotFound):
    """There is no such response, or it is not for you to see."""

    zh = "没有该填写记录，或无权查看。"

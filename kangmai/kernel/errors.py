"""The nine categories of expected failure, from which every room derives its named errors.

    KangmaiError
    ├── Incorrect     the request is wrong and must be changed        400 / 422
    ├── Forbidden     the actor may not do this                       403
    ├── NotFound      the thing is not there, or not for this actor   404
    ├── Conflict      the thing has changed, or a rule forbids it now 409 / 412
    ├── Unsupported   we do not do this                               405 / 501
    ├── Busy          too much at once; try again later               429
    ├── Fault         we did something wrong                          500
    ├── Unavailable   something we need does not answer               503
    └── Interrupted   it took too long and was cut                    504

A named error is a subclass whose docstring is its English message and whose `zh` is the Chinese one.
Both are format strings over the keyword arguments the error is raised with, which are ids, codes,
places in the input and `Words` (said in the language of the message), never personal data. `code` is the stable name that outside programs see.
Doors map the category to a status, an OperationOutcome or a page, in one place each.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar

from kangmai.kernel.words import Words


class Category(Enum):
    """What kind of failure it is: the value is the name used in logs and JSON."""

    INCORRECT = "incorrect"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    UNSUPPORTED = "unsupported"
    BUSY = "busy"
    FAULT = "fault"
    UNAVAILABLE = "unavailable"
    INTERRUPTED = "interrupted"


class KangmaiError(Exception):
    """Something expected went wrong."""

    category: ClassVar[Category] = Category.FAULT
    zh: ClassVar[str] = ""
    names: ClassVar[Mapping[str, Words]] = {}
    """What states and columns that may stand in the sentence are called in it."""

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message("en"))

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors come back whole from another process: pickle would call with `args`, not with details."""
        return type(self).__new__, (type(self), *self.args), self.__dict__

    @property
    def code(self) -> str:
        """The stable name of this failure, as outside programs see it."""
        return type(self).__name__

    def message(self, language: str) -> str:
        """This failure in a sentence, in `zh` or `en`."""
        text = self.zh if language.startswith("zh") and self.zh else self.__doc__ or self.code
        said = {name: self._named(each, language) for name, each in self.details.items()}
        return " ".join(text.split()).format_map(said)

    def _named(self, detail: object, language: str) -> object:
        named = self.names.get(detail, detail) if isinstance(detail, str) else detail
        return named.in_language(language) if isinstance(named, Words) else named


class Incorrect(KangmaiError):
    """The request is not correct."""

    category = Category.INCORRECT
    zh = "请求有误。"


class Forbidden(KangmaiError):
    """You may not do this."""

    category = Category.FORBIDDEN
    zh = "没有权限。"


class NotFound(KangmaiError):
    """There is no such thing, or it is not for you to see."""

    category = Category.NOT_FOUND
    zh = "没有找到，或无权查看。"


class Conflict(KangmaiError):
    """This cannot be done in the present state."""

    category = Category.CONFLICT
    zh = "当前状态下不能执行。"


class Unsupported(KangmaiError):
    """This is not supported."""

    category = Category.UNSUPPORTED
    zh = "不支持。"


class Busy(KangmaiError):
    """Too much at once: try again in a moment."""

    category = Category.BUSY
    zh = "系统繁忙，请稍后再试。"


class Fault(KangmaiError):
    """Something went wrong on our side."""

    category = Category.FAULT
    zh = "系统内部错误。"


class Unavailable(KangmaiError):
    """Something this needs does not answer."""

    category = Category.UNAVAILABLE
    zh = "所需服务暂不可用。"


class Interrupted(KangmaiError):
    """This took too long and was stopped."""

    category = Category.INTERRUPTED
    zh = "操作超时，已停止。"

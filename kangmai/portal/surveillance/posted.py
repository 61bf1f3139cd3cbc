"""What pages of early warning post, read field by field; what is wrong is named and not guessed."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import QueryDict
from django.utils.translation import gettext as _

from kangmai.epidemic.surveillance.errors import DayOutOfRange, ValueMissing
from kangmai.kernel.errors import Conflict, Incorrect, NotFound
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest


def day(post: QueryDict, name: str) -> date:
    """A day. Raises ValueMissing, DayOutOfRange."""
    found = day_or_none(post, name)
    if found is None:
        raise ValueMissing(what="date / 日期")
    return found


def day_or_none(post: QueryDict, name: str) -> date | None:
    """A day, or None where nothing stands. Raises DayOutOfRange."""
    text = post.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayOutOfRange(day=text, why="not a date / 不是日期") from None


def number(post: QueryDict, name: str) -> int | None:
    """A whole number, or None where nothing stands. Raises ValueMissing."""
    text = post.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise ValueMissing(what=f"whole number / 整数（{text}）")
    return int(text)


def id(post: QueryDict, name: str) -> UUID:
    """The id of a part. Raises ValueMissing."""
    try:
        return UUID(post.get(name, ""))
    except ValueError:
        raise ValueMissing(what=f"id / 编号（{name}）") from None


def version(post: QueryDict) -> int:
    """The version that the page showed."""
    text = post.get("version", "")
    return int(text) if text.isdecimal() else 0


def done(request: PortalRequest, deed: Callable[[], object], said: str = "") -> bool:
    """Do a deed and say so, or say why not; True if it was done. What is not permitted is not caught."""
    try:
        deed()
    except (Conflict, Incorrect, NotFound) as error:
        messages.error(request, words_of(error))
        return False
    messages.success(request, said or _("It was written down."))
    return True

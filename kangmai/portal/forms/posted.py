"""What a page's form posted: the answers apart from the names that are the page's own."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from kangmai.kernel.errors import Incorrect

OWN = frozenset(
    {
        "csrfmiddlewaretoken",
        "key",
        "form_version",
        "expected_version",
        "resident",
        "occasion",
        "take",
        "reason",
        "do",
        "back",
    }
)
"""Names of inputs that are no answers; no item may be called so (`tests/portal/forms` sees to it)."""


class FormTooOld(Incorrect):
    """The page was open for too long, or something is missing in it. Load it again; the draft is kept."""

    zh = "页面已过期或内容不完整，请重新打开；草稿已保留。"


@dataclass(frozen=True, slots=True)
class Posted:
    """A posted form. `take` is the proposal that was to be taken, `all` for every one, empty for none."""

    given: Mapping[str, tuple[str, ...]]
    key: str
    form_version: datetime.date
    expected_version: int | None
    resident: str
    occasion: str
    take: str
    reason: str


def read_posted(post: QueryDict) -> Posted:
    """Read the body of a form's page.

    Raises:
        FormTooOld
    """
    expected = post.get("expected_version", "")
    try:
        version = datetime.date.fromisoformat(post.get("form_version", ""))
    except ValueError:
        raise FormTooOld() from None
    return Posted(
        given={name: tuple(texts) for name, texts in post.lists() if name not in OWN},
        key=post.get("key", ""),
        form_version=version,
        expected_version=int(expected) if expected.isdigit() else None,
        resident=post.get("resident", ""),
        occasion=post.get("occasion", "")[:80],
        take=post.get("take", ""),
        reason=post.get("reason", "").strip(),
    )


def new_key() -> str:
    """A key for a form that is shown: sending it twice saves it once."""
    return uuid.uuid4().hex

"""Pages as tests compare them: without the line breaks and indentation of their templates."""

import re
from typing import Any

from django.test import Client

INLINE = r"(?:a|abbr|b|br|code|em|i|img|small|span|strong|sub|sup|time)\b"
_BESIDE_BLOCK = re.compile(
    rf"(?<=>)(?<!</a>)(?<!</b>)(?<!</small>)(?<!</span>)(?<!</strong>)(?<!</time>)\s*\n\s*"
    rf"|\s*\n\s*(?=<(?!/?{INLINE}))"
)
_LINE = re.compile(r"\s*\n\s*")


def on_one_line(html: str) -> str:
    """Nothing beside tags of blocks, a space between words and inline tags."""
    return _LINE.sub(" ", _BESIDE_BLOCK.sub("", html))


class PageClient(Client):
    """A client that gets pages on one line."""

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        if not answer.streaming and answer.get("Content-Type", "").startswith("text/html"):
            answer.content = on_one_line(answer.content.decode()).encode()
        return answer

"""What a narrative may hold: one XHTML div, nothing that runs or sends.

A quick look, for every write; whoever shows a narrative must still clean it.
Source: FHIR R4, https://hl7.org/fhir/R4/narrative.html#rules (txt-1, txt-2)
"""

import re

_DIV = re.compile(r"\s*(<\?xml[^>]*\?>\s*)?<div(\s[^>]*)?(/>|>.*</div>)\s*", re.S)
_FORBIDDEN = re.compile(
    r"<\s*(script|iframe|object|embed|form|input|button|base|link|meta|head|body|frame|applet)\b"
    r"|<[^>]*\son[a-z]+\s*=|=\s*[\"']?\s*(javascript|vbscript):",
    re.I,
)


def is_safe(div: str) -> bool:
    """Whether the text is a div without active content."""
    return _DIV.fullmatch(div) is not None and _FORBIDDEN.search(div) is None

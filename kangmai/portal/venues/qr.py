"""QR codes as SVG within the page: no script, no picture from elsewhere."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def svg(text: str, *, scale: int = 6) -> SafeString:
    """A QR code of medium error correction as inline SVG."""
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", scale=scale, xmldecl=False, svgns=True, nl=False)
    return mark_safe(out.getvalue().decode())

"""Write a document as one HTML file that stands alone: no script, no picture from elsewhere, good on paper."""

from collections.abc import Iterable
from html import escape

import segno

from kangmai.documents.types import (
    Block,
    Code,
    Document,
    Fields,
    Heading,
    Paragraphs,
    Signature,
    Table,
)

LANGUAGES = {"zh": "zh-Hans", "en": "en"}
STYLE = """body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1a2330;background:#fff;
max-width:52rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem}h2,caption{font-size:1.1rem;font-weight:600;
text-align:left;margin:1.2rem 0 .4rem}caption{padding:.4rem 0}table{border-collapse:collapse;width:100%;
margin:.4rem 0 1rem}th,td{border:1px solid #b8c2cc;padding:.3rem .6rem;text-align:left;vertical-align:top;
overflow-wrap:anywhere}thead th{background:#eef2f6}dl{display:grid;grid-template-columns:max-content 1fr;
gap:.2rem 1rem}dt{color:#4a5766}dd{margin:0}footer{border-top:1px solid #b8c2cc;margin-top:2rem;padding-top:.5rem;
color:#4a5766;font-size:.9rem}@media(max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}}
@media print{body{max-width:none;padding:0}tr{break-inside:avoid}}"""


def write(document: Document) -> bytes:
    """The document as HTML in UTF-8."""
    size = f"{document.paper.width_mm:g}mm {document.paper.height_mm:g}mm"
    body = "\n".join(part for block in document.blocks for part in _block(block))
    text = f"""<!doctype html>
<html lang="{LANGUAGES[document.language]}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(document.title)}</title>
<style>{STYLE}@page{{size:{size};margin:14mm}}</style></head>
<body><main>
{body}
</main><footer>{escape(document.footer)}</footer></body></html>
"""
    return text.encode()


def _block(block: Block) -> Iterable[str]:
    match block:
        case Heading():
            level = min(max(block.level, 1), 6)
            yield f"<h{level}>{escape(block.text)}</h{level}>"
        case Fields():
            pairs = "".join(
                f"<dt>{escape(label)}</dt><dd>{_lines(value)}</dd>" for label, value in block.pairs
            )
            yield f"<dl>{pairs}</dl>"
        case Paragraphs():
            if block.title:
                yield f"<h2>{escape(block.title)}</h2>"
            for line in block.lines:
                yield f"<p>{_lines(line)}</p>"
        case Table():
            yield _table(block)
        case Signature():
            pairs = "　　".join(
                f"{escape(label)}：{escape(value) or '________'}" for label, value in block.pairs
            )
            yield f"<p>{pairs}</p>"
        case Code():
            picture = segno.make(block.text, error="m", micro=False).svg_inline(scale=4)
            yield f"<figure>{picture}<figcaption>{escape(block.caption)}</figcaption></figure>"


def _table(block: Table) -> str:
    caption = f"<caption>{escape(block.title)}</caption>" if block.title else ""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in block.headers)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_lines(text)}</td>" for text in cells) + "</tr>"
        for cells in block.rows
    )
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")

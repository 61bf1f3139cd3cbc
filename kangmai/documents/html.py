"""Write a document as one HTML file that stands alone: no script, no picture from elsewhere, good on paper."""

from collections.abc import Iterable
from html import escape

import segno

from kangmai.documents.types import (
    Bars,
    Block,
    Code,
    Document,
    Fields,
    Heading,
    Paragraphs,
    Prose,
    Run,
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
svg{width:100%;height:auto;font:14px system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif}a{color:#0b5cad}
@media print{body{max-width:none;padding:0}tr{break-inside:avoid}a{color:inherit}}"""
WIDTH_PX, LABEL_PX, NUMBER_PX, ROW_PX = 720, 190, 90, 26
"""A chart: the whole, its names, its numbers, and the height of a bar with the space around it."""


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
            mark = f' id="{escape(block.anchor)}"' if block.anchor else ""
            yield f"<h{level}{mark}>{escape(block.text)}</h{level}>"
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
        case Prose():
            for runs in block.lines:
                yield f"<p>{''.join(map(_run, runs))}</p>"
        case Bars():
            yield f"<figure><figcaption>{escape(block.title)}</figcaption>{chart(block)}</figure>"


def _run(run: Run) -> str:
    text = _lines(run.text)
    return f'<a href="#{escape(run.link)}">{text}</a>' if run.link else text


def chart(block: Bars) -> str:
    """Bars as SVG: names to the left, numbers behind the bars, a dashed line at the target."""
    room = WIDTH_PX - LABEL_PX - NUMBER_PX
    height = ROW_PX * len(block.bars) + (ROW_PX if block.target is not None else 0)
    parts = [
        f'<svg viewBox="0 0 {WIDTH_PX} {height}" role="img" aria-label="{escape(block.title)}">'
    ]
    for n, bar in enumerate(block.bars):
        top, width = n * ROW_PX, round(room * block.share(bar.value), 1)
        parts.append(
            f'<text x="{LABEL_PX - 8}" y="{top + 18}" text-anchor="end">{escape(bar.label)}</text>'
            f'<rect x="{LABEL_PX}" y="{top + 4}" width="{width}" height="{ROW_PX - 8}" fill="#2f6fb3"/>'
            f'<text x="{LABEL_PX + width + 6}" y="{top + 18}">{escape(bar.printed)}</text>'
        )
    if block.target is not None:
        x = round(LABEL_PX + room * block.share(block.target), 1)
        parts.append(
            f'<line x1="{x}" y1="0" x2="{x}" y2="{height - ROW_PX}" stroke="#b3261e" stroke-dasharray="5 4"/>'
            f'<text x="{x}" y="{height - 8}" text-anchor="middle" fill="#b3261e">{escape(block.target_label)}</text>'
        )
    return "".join([*parts, "</svg>"])


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

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
COLONS = {"zh": "：", "en": ": "}
STYLE = """body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1a2330;background:#fff;
max-width:52rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem}h2,caption{font-size:1.1rem;font-weight:600;
text-align:left;margin:1.2rem 0 .4rem}caption{padding:.4rem 0}table{border-collapse:collapse;width:100%;
margin:.4rem 0 1rem}th,td{border:1px solid #b8c2cc;padding:.3rem .6rem;text-align:left;vertical-align:top;
overflow-wrap:anywhere}thead th{background:#eef2f6}dl{display:grid;grid-template-columns:max-content 1fr;
gap:.2rem 1rem}dt{color:#4a5766}dd{margin:0}footer{border-top:1px solid #b8c2cc;margin-top:2rem;padding-top:.5rem;
color:#4a5766;font-size:.9rem}@media(max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.4rem}}
figure{margin:1rem 0;break-inside:avoid}.bars{list-style:none;margin:.4rem 0;padding:0}.bars li{display:grid;
grid-template-columns:minmax(5rem,24%) 1fr 7rem;gap:.6rem;align-items:center}.bars li>:first-child{text-align:right}
.track{position:relative;height:1.7rem}.bar{position:absolute;left:0;top:.25rem;bottom:.25rem;background:#2f6fb3}
.target{position:absolute;top:0;bottom:0;border-left:2px dashed #b3261e}.goal{color:#b3261e}a{color:#0b5cad}
@media print{body{max-width:none;padding:0}tr{break-inside:avoid}a{color:inherit}h1,h2,caption,figcaption{break-after:avoid}
.page{break-before:page}.bar{print-color-adjust:exact}}"""


def write(document: Document) -> bytes:
    """The document as HTML in UTF-8."""
    colon = COLONS[document.language]
    size = f"{document.paper.width_mm:g}mm {document.paper.height_mm:g}mm"
    body = "\n".join(part for block in document.blocks for part in _block(block, colon))
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


def _block(block: Block, colon: str) -> Iterable[str]:
    match block:
        case Heading():
            level = min(max(block.level, 1), 6)
            mark = f' id="{escape(block.anchor)}"' if block.anchor else ""
            mark += ' class="page"' if block.starts_page else ""
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
                f"{escape(label)}{colon}{escape(value) or '________'}"
                for label, value in block.pairs
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
    """Bars as a list: names to the left, numbers to the right, a dashed line at the target; as wide as its page."""
    target = ""
    if block.target is not None:
        target = f'<span class="target" style="left:{_percent(block.share(block.target))}"></span>'
    rows = [
        f'<li><span>{escape(bar.label)}</span><span class="track"><span class="bar" '
        f'style="width:{_percent(block.share(bar.value))}"></span>{target}</span>'
        f"<span>{escape(bar.printed)}</span></li>"
        for bar in block.bars
    ]
    if target:
        rows.append(f'<li class="goal"><span></span><span>{escape(block.target_label)}</span></li>')
    return f'<ul class="bars">{"".join(rows)}</ul>'


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"


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

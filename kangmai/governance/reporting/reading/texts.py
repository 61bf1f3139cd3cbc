"""The text of a bulletin, whatever file it comes in: HTML, plain text or DOCX."""

import io
import re
import zipfile
from typing import cast

import lxml.html
from lxml.etree import LxmlError
from lxml.html import HtmlElement

from kangmai.governance.reporting.errors import BulletinUnreadable
from kangmai.kernel.words import Words

_ENCODINGS = ("utf-8-sig", "gb18030")
_NOT_TEXT = "//script | //style | //nav | //footer | //header | //noscript | //form | //iframe"
_BLOCKS = {"p", "div", "br", "li", "td", "th", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "title", "section"}  # fmt: skip


def paragraphs(content: bytes, *, name: str) -> list[str]:
    """The paragraphs of a file, without markup.

    Raises:
        BulletinUnreadable: an unknown format or encoding, or nothing to read.
    """
    if content.startswith(b"PK"):
        found = _of_docx(content, name=name)
    elif content.startswith(b"%PDF"):
        raise BulletinUnreadable(file=name, reason=Words("是 PDF 文件", "it is a PDF"))
    else:
        text = _decoded(content, name=name)
        found = _of_html(text) if _is_html(text) else text.splitlines()
    kept = [tidy for each in found if (tidy := _tidy(each))]
    if not kept:
        raise BulletinUnreadable(file=name, reason=Words("其中没有文字", "there is no text in it"))
    return kept


def _decoded(content: bytes, *, name: str) -> str:
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BulletinUnreadable(
        file=name,
        reason=Words("编码既非 UTF-8 也非 GB 18030", "its bytes are neither UTF-8 nor GB 18030"),
    )


def _is_html(text: str) -> bool:
    return bool(re.search(r"<(?:!doctype\s+html|html|body|p|div)\b", text[:5000], re.IGNORECASE))


def _of_html(text: str) -> list[str]:
    try:
        root = lxml.html.fromstring(text)
    except (LxmlError, ValueError):
        # a declared encoding that contradicts the decoded text
        root = lxml.html.fromstring(re.sub(r"<\?xml[^>]*\?>", "", text))
    for element in cast("list[HtmlElement]", root.xpath(_NOT_TEXT)):
        element.drop_tree()
    for element in root.iter():
        if element.tag in _BLOCKS:
            element.tail = "\n" + (element.tail or "")
            element.text = "\n" + (element.text or "")
    return str(cast("HtmlElement", root).text_content()).splitlines()


def _of_docx(content: bytes, *, name: str) -> list[str]:
    from docx import Document

    try:
        document = Document(io.BytesIO(content))
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BulletinUnreadable(
            file=name, reason=Words("不是 Word 文档", "it is no Word document")
        ) from error
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return [*(each.text for each in document.paragraphs), *cells]


def _tidy(text: str) -> str:
    """One line, full-width digits and signs as plain ones; spaces stay only between letters."""
    # ２３，４５６ is one number: read apart it would be 456
    plain = _WIDE_THOUSANDS.sub(",", text).translate(_PLAIN)
    plain = re.sub(r"\s+", " ", plain).strip()
    return re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", plain)


_WIDE_THOUSANDS = re.compile(r"(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
_PLAIN = str.maketrans(
    {
        **{chr(0xFF10 + n): str(n) for n in range(10)},
        "．": ".",
        "％": "%",
        "﹪": "%",
        "\u3000": " ",
        "\xa0": " ",
    }
)

"""A document's blocks as JSON and back: what was issued is kept as it was written."""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

from kangmai.documents.types import (
    Bar,
    Bars,
    Block,
    Document,
    Fields,
    Heading,
    Paper,
    Paragraphs,
    Prose,
    Run,
    Signature,
    Table,
)
from kangmai.governance.reporting.writing.document import text


def stored(of: Document) -> dict[str, Any]:
    """A document as JSON."""
    return {
        "title": of.title,
        "footer": of.footer,
        "dated": of.dated.isoformat() if of.dated else None,
        "blocks": [_written(each) for each in of.blocks],
    }


def _written(block: Block) -> list[Any]:
    match block:
        case Heading():
            return ["heading", block.text, block.level, block.anchor, block.starts_page]
        case Paragraphs():
            return ["paragraphs", block.title, list(block.lines)]
        case Prose():
            return ["prose", [[[run.text, run.link] for run in runs] for runs in block.lines]]
        case Bars():
            drawn = [[b.label, _decimal(b.value), b.printed] for b in block.bars]
            return ["bars", block.title, drawn, _decimal(block.target), block.target_label]
        case Fields():
            return ["fields", [list(each) for each in block.pairs], block.columns]
        case Signature():
            return ["signature", [list(each) for each in block.pairs]]
        case Table():
            return ["table", block.title, list(block.headers), [list(row) for row in block.rows]]
        case _:
            raise AssertionError(block)  # reports hold no other


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def document_of(content: dict[str, Any], *, language: str, paper: Paper) -> Document:
    """A document of its JSON."""
    dated = datetime.fromisoformat(content["dated"]) if content["dated"] else None
    blocks = tuple(_block(*each) for each in content["blocks"])
    return Document(content["title"], language, paper, blocks, content["footer"], dated)


def _block(kind: str, *said: Any) -> Block:
    match kind:
        case "heading":
            return Heading(*said)
        case "paragraphs":
            return Paragraphs(said[0], tuple(said[1]))
        case "prose":
            return Prose(tuple(tuple(Run(*run) for run in runs) for runs in said[0]))
        case "bars":
            drawn = tuple(Bar(label, _number(value), shown) for label, value, shown in said[1])
            return Bars(said[0], drawn, _number(said[2]), said[3])
        case "fields":
            return Fields(tuple((label, value) for label, value in said[0]), said[1])
        case "signature":
            return Signature(tuple((label, value) for label, value in said[0]))
        case _:
            return Table(said[0], tuple(said[1]), tuple(tuple(row) for row in said[2]))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def digest(zh: Document, en: Document) -> bytes:
    """SHA-256 over the text in both languages."""
    return hashlib.sha256(f"{text(zh)}\f{text(en)}".encode()).digest()

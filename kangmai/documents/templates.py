"""From a template and data to a document with its words: the same for every file format. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from kangmai.documents.errors import DataMissing, FormatNotMade
from kangmai.documents.types import (
    Block,
    Code,
    Document,
    Fields,
    Format,
    Heading,
    Paper,
    Paragraphs,
    Signature,
    Table,
)
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition

PAPERS = {"A4": Paper(210, 297), "A5": Paper(148, 210)}
Data = Mapping[str, Any]


def compose(template: Definition, data: Data, *, format: Format, language: str) -> Document:
    """The document that a template makes of data.

    Raises:
        DataMissing: a required value is absent or empty.
        FormatNotMade: the template is not for this format.
    """
    content = template.content
    if format.value not in content["formats"]:
        known = ", ".join(content["formats"])
        raise FormatNotMade(template=template.id, format=format.value, known=known)
    if missing := [name for name in content["required"] if not data.get(name)]:
        raise DataMissing(template=template.id, names=", ".join(missing))
    paper = PAPERS[content["paper"]]
    if content.get("landscape"):
        paper = Paper(paper.height_mm, paper.width_mm)
    blocks = tuple(_blocks(content["blocks"], data, language))
    title = next((b.text for b in blocks if isinstance(b, Heading)), template.title[language])
    return Document(title, language, paper, blocks, content["footer"][language])


def _blocks(kinds: Iterable[Data], data: Data, language: str) -> Iterable[Block]:
    """The blocks that have something to say."""
    for kind in kinds:
        block = _block(kind, data, language)
        if block is not None:
            yield block


def _block(kind: Data, data: Data, language: str) -> Block | None:
    title = kind["title"][language] if "title" in kind else ""
    match kind["kind"]:
        case "heading":
            text = title or _text(data.get(kind["value"]))
            return Heading(text, kind["level"]) if text else None
        case "fields":
            pairs = tuple(_pairs(kind["fields"], data, language, keep_empty=False))
            return Fields(pairs, kind.get("columns", 1)) if pairs else None
        case "paragraphs":
            lines = _lines(data.get(kind["value"]))
            return Paragraphs(title, lines) if lines else None
        case "code":
            text = _text(data.get(kind["value"]))
            return Code(text, title) if text else None
        case "signature":
            return Signature(tuple(_pairs(kind["fields"], data, language, keep_empty=True)))
        case _:
            return _table(kind, title, data, language)


def _table(kind: Data, title: str, data: Data, language: str) -> Table | None:
    """A table of named columns, or one whose columns are data themselves."""
    rows = data.get(kind["rows"]) or ()
    if isinstance(kind["columns"], str):
        headers = tuple(map(_text, data.get(kind["columns"]) or ()))
        return Table(title, headers, tuple(tuple(map(_text, row)) for row in rows))
    if not rows:
        return None
    headers = tuple(column["label"][language] for column in kind["columns"])
    names = [column["value"] for column in kind["columns"]]
    return Table(title, headers, tuple(tuple(_text(row.get(n)) for n in names) for row in rows))


def _pairs(
    fields: Iterable[Data], data: Data, language: str, *, keep_empty: bool
) -> Iterable[tuple[str, str]]:
    for field in fields:
        value = _text(data.get(field["value"]))
        if value or keep_empty:
            yield field["label"][language], value


def _lines(value: object) -> tuple[str, ...]:
    lines = (value,) if isinstance(value, str) or value is None else tuple(value)  # type: ignore[arg-type]
    return tuple(filter(None, map(_text, lines)))


def _text(value: object) -> str:
    """A value as text: days as ISO, nothing as nothing, control characters left out."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n").strip()


def check_template(definition: Definition) -> list[str]:
    """Required names that no block shows."""
    shown = set(_names(definition.content["blocks"]))
    return [
        f"/required/{n}: no block shows {name!r}"
        for n, name in enumerate(definition.content["required"])
        if name not in shown
    ]


def _names(blocks: Iterable[Data]) -> Iterable[str]:
    for block in blocks:
        yield from (block[key] for key in ("value", "rows") if key in block)
        yield from (field["value"] for field in block.get("fields", ()))
        if isinstance(block.get("columns"), str):
            yield block["columns"]


definitions.register_checker("documents", "template", check_template)

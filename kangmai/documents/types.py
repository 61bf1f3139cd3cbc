"""What a document is made of, before any file format."""

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """The forms a document can take."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet in millimetres, as it lies."""

    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that stands out; level 1 is the document's own."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with their values."""

    pairs: tuple[tuple[str, str], ...]
    columns: int


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Lines of running text under a title."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under headers."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Places to sign: labels, and what stands there already."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A text as a QR picture, with a line under it."""

    text: str
    caption: str


Block = Heading | Fields | Paragraphs | Table | Signature | Code


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its words, ready for a writer."""

    title: str
    language: str
    paper: Paper
    blocks: tuple[Block, ...]
    footer: str


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """A template as others choose it."""

    id: str
    title_zh: str
    title_en: str
    formats: tuple[Format, ...]
    required: tuple[str, ...]

"""What a document is made of, before any file format."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
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
    """A line that stands out; level 1 is the document's own. Runs lead to it by its `anchor`."""

    text: str
    level: int
    anchor: str = ""
    starts_page: bool = False


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


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence; with a link it leads to the heading of that anchor."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences in which pieces are links."""

    lines: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its name, how long it is, and the number as printed. Without a value it is empty."""

    label: str
    value: Decimal | None
    printed: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of lying bars from zero, with a line at the target where there is one."""

    title: str
    bars: tuple[Bar, ...]
    target: Decimal | None = None
    target_label: str = ""

    @property
    def longest(self) -> Decimal:
        """What the whole width stands for."""
        values = [each.value for each in self.bars if each.value is not None]
        return max([*values, self.target or Decimal(0), Decimal(0)]) or Decimal(1)

    def share(self, value: Decimal | None) -> float:
        """How much of the width a value takes, from 0 to 1."""
        return max(0.0, float((value or Decimal(0)) / self.longest))


Block = Heading | Fields | Paragraphs | Table | Signature | Code | Prose | Bars


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its words, ready for a writer.

    Attributes:
        dated: the instant that its files carry; then they are the same bytes whenever they are made.
    """

    title: str
    language: str
    paper: Paper
    blocks: tuple[Block, ...]
    footer: str
    dated: datetime | None = None


@dataclass(frozen=True, slots=True)
class TemplateInfo:
    """A template as others choose it."""

    id: str
    title_zh: str
    title_en: str
    formats: tuple[Format, ...]
    required: tuple[str, ...]

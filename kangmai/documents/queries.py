"""Make a document of a template and data; nothing here touches the database."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from kangmai.documents import fonts, templates
from kangmai.documents.errors import FontMissing
from kangmai.documents.pictures import small_picture
from kangmai.documents.types import Document, Format, TemplateInfo
from kangmai.kernel import definitions


def render(
    template: str, data: Mapping[str, Any], *, format: Format, language: str, on: date
) -> bytes:
    """A document as the bytes of a file.

    Args:
        data: plain values by the names the template uses; who asks answers for the right to them.
        language: of the template's words, `zh` or `en`.
        on: the day whose template it is.

    Raises:
        UnknownDefinition, DataMissing, FormatNotMade.
        FontMissing: a PDF is wanted and there is no Chinese font.
    """
    found = definitions.get("documents", "template", template, on=on)
    return write(templates.compose(found, data, format=format, language=language), format=format)


def write(document: Document, *, format: Format) -> bytes:
    """A document that somebody composed himself, as the bytes of a file.

    Raises:
        FontMissing: a PDF is wanted and there is no Chinese font.
    """
    match format:
        case Format.PDF:
            from kangmai.documents import pdf

            return pdf.write(document)
        case Format.DOCX:
            from kangmai.documents import docx

            return docx.write(document)
        case Format.XLSX:
            from kangmai.documents import xlsx

            return xlsx.write(document)
        case Format.HTML:
            from kangmai.documents import html

            return html.write(document)


def template_list(*, on: date) -> tuple[TemplateInfo, ...]:
    """The templates in force on a day, by id."""
    return tuple(
        TemplateInfo(
            each.id,
            each.title["zh"],
            each.title["en"],
            tuple(map(Format, each.content["formats"])),
            tuple(each.content["required"]),
        )
        for each in definitions.load("documents", "template")
        if each.is_effective(on)
    )


def has_chinese_font() -> bool:
    """Whether PDFs can be made here."""
    try:
        fonts.chinese_font()
    except FontMissing:
        return False
    return True


def picture(content: bytes, *, longest_px: int = 1280) -> bytes:
    """A photo as a small JPEG, upright, without where, when and by what it was taken.

    Raises:
        PictureUnreadable.
    """
    return small_picture(content, longest_px=longest_px)

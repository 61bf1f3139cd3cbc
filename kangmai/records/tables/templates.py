"""The empty table with an example row, and a sheet that explains every column."""

import io

from kangmai.records.tables.reading import titles_of
from kangmai.records.tables.types import Column, Table

KINDS = {
    "text": ("文本", "text"), "date": ("日期 2026-01-31", "day 2026-01-31"),
    "datetime": ("日期时间 2026-01-31 09:30", "day and time 2026-01-31 09:30"),
    "integer": ("整数", "whole number"), "number": ("数字", "number"), "money": ("金额（元）", "amount in yuan"),
    "code": ("代码或名称", "code or word"), "id_number": ("身份证号（文本格式）", "identity number, as text"),
    "icd10": ("ICD-10 国家临床版编码", "code of ICD-10, national clinical edition"),
    "icd9cm3": ("ICD-9-CM-3 国家临床版编码", "code of ICD-9-CM-3, national clinical edition"),
}  # fmt: skip
SHOWN_REPEATS = 3
"""Of repeated columns the template has so many; more may be added."""


def template(of: Table, *, language: str) -> bytes:
    """The table as XLSX; its titles are Chinese in every language."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet, notes = (
        book.create_sheet(of.title["zh"][:31]),
        book.create_sheet("说明" if _zh(language) else "notes"),
    )

    def text(value: str) -> WriteOnlyCell:
        cell = WriteOnlyCell(sheet, value)
        cell.data_type, cell.number_format = "s", "@"
        return cell

    shown = [
        (column, title) for column in of.columns
        for place, title in titles_of(column)
        if place < SHOWN_REPEATS and title == column.title.replace("{n}", str(place + 1))
    ]  # fmt: skip
    sheet.append([text(title) for _, title in shown])
    sheet.append([text(column.example) for column, _ in shown])
    for line in _explained(of, language):
        notes.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _explained(of: Table, language: str) -> list[list[str]]:
    zh = _zh(language)
    head = (
        ["列名", "必填", "格式", "可填内容", "也可写作"]
        if zh
        else ["column", "required", "form", "codes", "also called"]
    )
    return [head, *(_note(column, zh) for column in of.columns)]


def _note(column: Column, zh: bool) -> list[str]:
    yes = ("是" if zh else "yes") if column.is_required else ""
    form = KINDS[column.kind][0 if zh else 1] + (f" {column.unit}" if column.unit else "")
    if column.repeat:
        form += f"；n = 1…{column.repeat}" if zh else f"; n = 1…{column.repeat}"
    codes = "；".join(f"{code} {word}" for code, word in column.codes.items())
    return [column.title, yes, form, codes, "、".join(column.titles[1:])]


def _zh(language: str) -> bool:
    return language.startswith("zh")

"""Read what thermal cyclers export: CSV or XLSX, one line a well or one line a well and target.

Instruments name their columns differently; the names known here are those of common exports, compared
without case, blanks and signs. Lines above the table (serial number, date, settings) are passed over.

Source: exports of ABI 7500/QuantStudio (Well, Sample Name, Target Name, Cт), Bio-Rad CFX (Well, Target,
Content, Sample, Cq), Roche LightCycler and domestic cyclers; from memory, to be compared with each
laboratory's own files.
"""

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence

from kangmai.epidemic.nucleic_acid.errors import FileUnreadable
from kangmai.epidemic.nucleic_acid.types import Reading, Target, WellKind
from kangmai.kernel.words import Words

LARGEST_FILE = 5 * 2**20
LARGEST_UNPACKED = 50 * 2**20
MOST_LINES = 2_000
MOST_WELLS = 384

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "well": ("well", "wellposition", "孔", "孔位", "孔号", "反应孔"),
    "sample": (
        "sample",
        "samplename",
        "sampleid",
        "样本",
        "样本编号",
        "样本名称",
        "样品名称",
        "管号",
    ),
    "target": ("target", "targetname", "detector", "fluor", "靶标", "靶基因", "通道", "检测项目"),
    "ct": ("ct", "cт", "cq", "cp", "ct值", "cq值"),
    "content": ("content", "task", "type", "类型", "样本类型"),
    "orf1ab": ("orf1ab", "orf1a/b", "orf", "rdrp", "orf1abct", "ctorf1ab"),
    "n": ("n", "ngene", "n基因", "nct", "ctn"),
    "internal": ("internal", "internalcontrol", "ic", "内标", "内参", "rnp", "rnasep"),
}
POSITIVE = ("pos", "positive", "positivecontrol", "pc", "阳性对照", "阳性质控", "阳控")
NEGATIVE = (
    "neg",
    "negative",
    "ntc",
    "negativecontrol",
    "nc",
    "阴性对照",
    "阴性质控",
    "空白对照",
    "阴控",
)
NOTHING = frozenset(
    ("", "undetermined", "nan", "n/a", "noct", "noctdetected", "-", "--", "未检出", "0", "0.0")
)
WELL = re.compile(r"^([A-P])0?([1-9]|1\d|2[0-4])$")


def read(content: bytes) -> tuple[Reading, ...]:
    """The wells of an instrument's file, by well.

    Raises:
        FileUnreadable: too large, no table, no column of wells, samples or cycles, a cell that is no number.
    """
    if len(content) > LARGEST_FILE:
        raise FileUnreadable(reason=f"> {LARGEST_FILE // 2**20} MB")
    lines = _xlsx(content) if content[:2] == b"PK" else _csv(content)
    start, columns = _heading(lines)
    wells: dict[str, dict[str, str]] = {}
    curves: dict[str, dict[Target, float | None]] = {}
    for number, line in enumerate(lines[start + 1 :], start + 2):
        _take_line(line, number, columns, wells, curves)
    if not wells:
        raise FileUnreadable(reason=Words("没有孔位数据", "no wells"))
    if len(wells) > MOST_WELLS:
        raise FileUnreadable(
            reason=Words(f"超过 {MOST_WELLS} 个孔", f"more than {MOST_WELLS} wells")
        )
    return tuple(_reading(well, wells[well], curves[well]) for well in sorted(wells, key=_order))


def _on(number: int, zh: str, en: str) -> Words:
    return Words(f"第 {number} 行：{zh}", f"line {number}: {en}")


def _take_line(
    line: Sequence[str],
    number: int,
    columns: Mapping[str, int],
    wells: dict[str, dict[str, str]],
    curves: dict[str, dict[Target, float | None]],
) -> None:
    cells = {name: line[n].strip() if n < len(line) else "" for name, n in columns.items()}
    found = WELL.match(cells["well"].upper())
    if not found:
        if any(cells.values()) and cells["well"]:
            raise FileUnreadable(
                reason=_on(number, f"孔位 {cells['well'][:8]!r}", f"well {cells['well'][:8]!r}")
            )
        return
    well = f"{found[1]}{int(found[2])}"
    known = wells.setdefault(well, cells)
    if known["sample"] != cells["sample"]:
        raise FileUnreadable(reason=_on(number, f"{well} 孔有两个样本", f"two samples in {well}"))
    curve = curves.setdefault(well, {})
    if "target" in columns and "ct" in columns:
        target = _target(cells["target"])
        if target is not None:
            _put(curve, target, _cycles(cells["ct"], number), number, well)
        return
    for name, target in (("orf1ab", Target.ORF1AB), ("n", Target.N), ("internal", Target.INTERNAL)):
        _put(curve, target, _cycles(cells.get(name, ""), number), number, well)


def _put(
    curve: dict[Target, float | None], target: Target, ct: float | None, number: int, well: str
) -> None:
    if target in curve and curve[target] != ct:
        raise FileUnreadable(
            reason=_on(
                number,
                f"{well} 孔的 {target.name} 有两个值",
                f"{well} has two values for {target.name}",
            )
        )
    curve[target] = ct


def _heading(lines: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The line of titles: the first with a column of wells, one of samples, and cycles in either form."""
    for number, line in enumerate(lines[:100]):
        names = [_plain(cell) for cell in line]
        columns = {
            name: next(n for n, each in enumerate(names) if each in known)
            for name, known in COLUMNS.items()
            if any(each in known for each in names)
        }
        long = {"target", "ct"} <= columns.keys()
        wide = {"orf1ab", "n", "internal"} <= columns.keys()
        if {"well", "sample"} <= columns.keys() and (long or wide):
            return number, columns
    raise FileUnreadable(
        reason=Words(
            "没有标题行（孔位、样本、靶标、Ct，或孔位、样本、ORF1ab、N、内标）",
            "no line with the titles Well, Sample, Target, Ct or Well, Sample, ORF1ab, N, IC",
        )
    )


def _plain(cell: str) -> str:
    return re.sub(r"[\s_()（）.·]", "", cell).lower()


def _target(cell: str) -> Target | None:
    name = _plain(cell)
    for known, target in (
        ("orf1ab", Target.ORF1AB),
        ("n", Target.N),
        ("internal", Target.INTERNAL),
    ):
        if name in COLUMNS[known]:
            return target
    return {"fam": Target.ORF1AB, "vic": Target.N, "hex": Target.N, "cy5": Target.INTERNAL}.get(
        name
    )


def _cycles(cell: str, number: int) -> float | None:
    if _plain(cell) in NOTHING:
        return None
    try:
        cycles = float(cell)
    except ValueError:
        raise FileUnreadable(reason=_on(number, repr(cell[:12]), repr(cell[:12]))) from None
    if not 0 < cycles <= 60:
        raise FileUnreadable(reason=_on(number, f"Ct {cycles}", f"Ct {cycles}"))
    return cycles


def _reading(well: str, cells: Mapping[str, str], curve: Mapping[Target, float | None]) -> Reading:
    said = _plain(cells.get("content", "")), _plain(cells["sample"])
    kind = WellKind.SAMPLE
    if any(word in POSITIVE for word in said):
        kind = WellKind.POSITIVE_CONTROL
    elif any(word in NEGATIVE for word in said):
        kind = WellKind.NEGATIVE_CONTROL
    return Reading(
        well, cells["sample"].upper(), kind,
        curve.get(Target.ORF1AB), curve.get(Target.N), curve.get(Target.INTERNAL),
    )  # fmt: skip


def _order(well: str) -> tuple[str, int]:
    return well[0], int(well[1:])


def _csv(content: bytes) -> list[list[str]]:
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeError:
            continue
    else:
        raise FileUnreadable(
            reason=Words("文字编码不是 UTF-8 或 GB 18030", "its text is neither UTF-8 nor GB 18030")
        )
    sample = text[:4096]
    separator = "\t" if sample.count("\t") > sample.count(",") else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise FileUnreadable(reason=str(error)) from None
    if len(lines) > MOST_LINES:
        raise FileUnreadable(reason=Words(f"超过 {MOST_LINES} 行", f"more than {MOST_LINES} lines"))
    return lines


def _xlsx(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
                raise FileUnreadable(reason=f"> {LARGEST_UNPACKED // 2**20} MB")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        # "Results" is where several cyclers put the table, after sheets of settings
        sheet = book["Results"] if "Results" in book.sheetnames else book.worksheets[0]
        rows = sheet.iter_rows(values_only=True, max_row=MOST_LINES)
        return [["" if cell is None else str(cell) for cell in row] for row in rows]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise FileUnreadable(
            reason=Words("不是完整的 XLSX 工作簿", "it is no whole XLSX workbook")
        ) from error

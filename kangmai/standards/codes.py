"""Code sets: the published lists of codes behind coded fields, one interface for all.

A code set belongs to the document that published it, in one version; versions are never mixed: a
new edition is a new dated definition, and the day decides which one speaks. Rows restated from
memory are marked, and stay marked until someone has compared them with the document.

Source: `definitions/standards/code_sets`, each with its document.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from kangmai.standards.errors import CodeSetUnknown, CodeUnknown
from kangmai.standards.tables import names_of, read_header, read_rows

KIND = "code_sets"
LOCAL_SYSTEM = "urn:kangmai:code-set:"

_COLUMNS = frozenset({"set", "code", "zh", "en", "parent", "verified", "note", "from", "to"})


@dataclass(frozen=True, slots=True)
class Code:
    """One code with its labels; `attributes` are the further columns of its table that have a value."""

    code: str
    zh: str
    en: str
    parent: str | None
    is_verified: bool
    note: str
    effective_from: date | None
    effective_to: date | None
    attributes: Mapping[str, str]

    def label(self, language: str) -> str:
        """What people see, in `zh` or `en`."""
        return self.zh if language.startswith("zh") else self.en

    def is_effective(self, on: date) -> bool:
        """Whether the code is given on a day; an old record may carry it after that."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_to is None or on < self.effective_to
        )


@dataclass(frozen=True, slots=True, eq=False)
class CodeSet:
    """One version of a list of codes. `system` is its URI for a Coding of FHIR."""

    id: str
    title: Mapping[str, str]
    system: str
    version: str
    document: str
    clause: str
    is_verified: bool
    effective_from: date
    effective_to: date | None
    codes: Mapping[str, Code] = field(repr=False)

    def get(self, code: str) -> Code:
        """The code. Raises CodeUnknown."""
        found = self.codes.get(code)
        if found is None:
            raise CodeUnknown(code=code, code_set=self.id)
        return found

    def find(self, code: str) -> Code | None:
        """The code, or None."""
        return self.codes.get(code)

    def find_by_label(self, label: str) -> Code | None:
        """The one code with this Chinese or English label; None if there is none or more than one."""
        found = [each for each in self.codes.values() if label in (each.zh, each.en)]
        return found[0] if len(found) == 1 else None

    def label(self, code: str, language: str) -> str:
        """What people see for a code, in `zh` or `en`; the code itself where it is not in the set."""
        found = self.codes.get(code)
        return code if found is None else found.label(language)

    def children(self, code: str | None = None) -> tuple[Code, ...]:
        """The codes right below a code, or the topmost, in the order of the document."""
        return tuple(each for each in self.codes.values() if each.parent == code)

    def effective_codes(self, on: date) -> tuple[Code, ...]:
        """The codes that a form offers on a day."""
        return tuple(each for each in self.codes.values() if each.is_effective(on))


def code_sets() -> tuple[str, ...]:
    """The ids of all code sets, sorted."""
    return tuple(sorted(_versions()))


def code_set(id: str, *, on: date | None = None) -> CodeSet:
    """The code set in the version of a day, or its latest version. Raises CodeSetUnknown.

    A day before the first version gives the first version.
    """
    versions = _versions().get(id)
    if versions is None:
        raise CodeSetUnknown(code_set=id)
    begun = [name for start, name in versions if on is None or start <= on] or [versions[0][1]]
    return _document(begun[-1])[id]


def find_by_system(system: str) -> CodeSet | None:
    """The latest version of the code set that a FHIR system URI names, or None."""
    return next((each for each in map(code_set, code_sets()) if each.system == system), None)


@cache
def _versions() -> dict[str, list[tuple[date, str]]]:
    """For each code set: the first day of each version and the definition that holds it, oldest first."""
    found: dict[str, list[tuple[date, str]]] = {}
    for name in names_of(KIND):
        header = _header(name)
        for id in header["sets"]:
            found.setdefault(id, []).append((header["effective"]["from"], name))
    return {id: sorted(versions) for id, versions in found.items()}


@cache
def _header(name: str) -> dict[str, Any]:
    return read_header(KIND, name)


@cache
def _document(name: str) -> Mapping[str, CodeSet]:
    """The code sets of one published document."""
    header = _header(name)
    tables: dict[str, dict[str, Code]] = {id: {} for id in header["sets"]}
    for id, code in _read_codes(name):
        tables[id][code.code] = code
    return MappingProxyType(
        {id: _code_set(id, header=header, codes=codes) for id, codes in tables.items()}
    )


def _code_set(id: str, *, header: dict[str, Any], codes: dict[str, Code]) -> CodeSet:
    own = header["sets"][id]
    return CodeSet(
        id=id,
        title=MappingProxyType(own["title"]),
        system=own.get("system", LOCAL_SYSTEM + id),
        version=header["version"],
        document=header["source"]["document"],
        clause=header["source"]["clause"],
        is_verified=all(code.is_verified for code in codes.values()),
        effective_from=header["effective"]["from"],
        effective_to=header["effective"].get("to"),
        codes=MappingProxyType(codes),
    )


def _read_codes(name: str) -> Iterator[tuple[str, Code]]:
    for row in read_rows(KIND, name):
        further = {key: cell for key, cell in row.items() if cell and key not in _COLUMNS}
        yield (
            row["set"],
            Code(
                code=row["code"],
                zh=row["zh"],
                en=row["en"],
                parent=row["parent"] or None,
                is_verified=row["verified"] == "1",
                note=row["note"],
                effective_from=_day(row.get("from")),
                effective_to=_day(row.get("to")),
                attributes=MappingProxyType(further),
            ),
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

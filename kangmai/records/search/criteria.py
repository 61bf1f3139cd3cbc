"""Reads one search criterion, `name:modifier=value`, into a condition; one method for each kind.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#ptypes
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from kangmai.kernel.actor import NotPermitted
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search import added, dates, numbers, quantities
from kangmai.records.search.composites import composite, scaled
from kangmai.records.search.conditions import (
    AllOf,
    AnyOf,
    Chained,
    Comparator,
    Condition,
    Dates,
    Ids,
    Match,
    Missing,
    Not,
    PointedAt,
    Quantities,
    References,
    Strings,
    Tokens,
    Updated,
    any_of,
)
from kangmai.records.search.errors import (
    BadValue,
    NotSearchable,
    SealedAddress,
    SealedText,
    UnknownModifier,
    UnknownParameter,
    UnknownResourceType,
)
from kangmai.records.search.hashing import hash32, system_hash, targets, token_hash
from kangmai.records.search.leaves import leaf_types
from kangmai.records.search.parameters import (
    SEALED_TYPES,
    Kind,
    SearchParameter,
    parameters,
)
from kangmai.records.search.pointers import (
    chain_targets,
    hierarchy_of,
    references_to,
    written_targets,
)
from kangmai.records.search.rows import KeyedHash
from kangmai.records.search.sealed import asked_address, asked_name, asked_part, gathered
from kangmai.records.search.text import contact, normalised
from kangmai.records.search.written import prefixed, split, unescaped

CHAIN_LIMIT = 4
MODIFIERS: dict[Kind, tuple[str, ...]] = {
    Kind.TOKEN: ("missing", "not", "text", "in", "not-in", "below", "above", "of-type"),
    Kind.STRING: ("missing", "exact", "contains"),
    Kind.REFERENCE: ("missing", "identifier", "below", "above"),
    Kind.URI: ("missing", "below", "above"),
    Kind.DATE: ("missing",),
    Kind.NUMBER: ("missing",),
    Kind.QUANTITY: ("missing",),
    Kind.COMPOSITE: ("missing",),
    Kind.SPECIAL: ("missing",),
}


class Terminology(Protocol):
    """What answers for value sets and hierarchies of codes."""

    def codes_in(self, value_set: str) -> Iterable[tuple[str, str]]:
        """The (system, code) pairs of a value set. Raises: an Incorrect or Unsupported error."""

    def codes_below(self, system: str, code: str) -> Iterable[tuple[str, str]]:
        """A code and all that it subsumes."""

    def codes_above(self, system: str, code: str) -> Iterable[tuple[str, str]]:
        """A code and all that subsume it."""

    def parts_of(self, target: int, resource_type: str, p: int) -> Iterable[int]:
        """A resource and all its parts, as hashes; parts point to their whole by parameter `p`."""

    def wholes_of(self, target: int, resource_type: str, p: int) -> Iterable[int]:
        """A resource and all that it is a part of."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading a criterion needs to know besides the criterion."""

    at: datetime
    keyed_hash: KeyedHash | None
    server: str
    terminology: Terminology | None
    may_search: Callable[[str], bool]
    """Whether who asks may search a type: a chain tells of what it passes through, even where nothing is sent."""
    other_hashes: tuple[KeyedHash, ...] = ()
    """Under which sealed people may stand, too, while the key of `keyed_hash` is renewed."""
    depth: int = 0

    def criterion(self, resource_type: str, name: str, value: str) -> Condition:
        """The condition of `name=value` on resources of the type."""
        if name.startswith("_has:"):
            return self.has(resource_type, name, value)
        head, dot, rest = name.partition(".")
        base, _, modifier = head.partition(":")
        known = added.find(resource_type, base)
        if known is None:
            if added.is_being_indexed(resource_type, base):
                raise NotSearchable(
                    place=base, reason="it is being indexed", reason_zh="索引正在建立"
                )
            listed = ", ".join(sorted(parameters(resource_type)))
            raise UnknownParameter(
                resource_type=resource_type, name=base[:64], place=name[:200], known=listed
            )
        if dot:
            return self.chain(known, modifier, rest, name, value)
        self.check_modifier(known, modifier, name)
        if modifier == "missing":
            return self.missing(known, name, value)
        return self.values(known, modifier, name, value)

    def check_modifier(self, known: SearchParameter, modifier: str, place: str) -> None:
        allowed = MODIFIERS[known.kind]
        is_target = known.kind is Kind.REFERENCE and modifier in known.targets
        if known.name == "_id":
            allowed = ("not",)
        if modifier and modifier not in allowed and not is_target:
            if known.kind is Kind.REFERENCE:
                allowed = (*allowed, *sorted(known.targets)[:8])
            raise UnknownModifier(
                kind=known.kind.value,
                name=known.name,
                modifier=modifier[:64],
                place=place[:200],
                known=", ".join(":" + m for m in allowed),
            )

    def missing(self, known: SearchParameter, place: str, value: str) -> Condition:
        if value not in ("true", "false"):
            raise BadValue(place=place, reason="true or false", reason_zh="应为 true 或 false")
        if known.name == "_lastUpdated":
            return AnyOf(()) if value == "true" else AllOf(())
        if known.p >= added.FIRST:
            present = Tokens((added.present_hash(known),), None)
            return Not(present) if value == "true" else present
        return Missing((known.p,), value == "true")

    def values(self, known: SearchParameter, modifier: str, place: str, value: str) -> Condition:
        """Any of the alternatives in a value; none of them for a `not`."""
        reader = _READERS[known.kind]
        found = [reader(self, known, modifier, place, part) for part in split(value, ",")]
        whole = any_of(found)
        return Not(whole) if modifier in ("not", "not-in") else whole

    # Chains -------------------------------------------------------------------------------------

    def chain(
        self, known: SearchParameter, modifier: str, rest: str, place: str, value: str
    ) -> Condition:
        """`subject:Patient.name=…`: a criterion on what a reference points to."""
        if known.kind is not Kind.REFERENCE:
            raise BadValue(
                place=place[:200],
                reason=f"{known.name} is no reference, so nothing can follow it",
                reason_zh=f"{known.name} 不是引用，不能链式检索",
            )
        if modifier and modifier not in resource_types():
            raise UnknownResourceType(name=modifier[:64], place=place[:200])
        following = rest.partition(".")[0].partition(":")[0]
        inner = self.deeper(place)
        found: list[Condition] = []
        closed: list[str] = []
        for source in known.sources:
            for target in chain_targets(known, source, modifier, following):
                if not self.may_search(target):
                    closed.append(target)
                    continue
                where = inner.criterion(target, rest, value)
                found.append(Chained((source.p,), target, (where,)))
        if closed and not found:
            raise NotPermitted(permission=f"records.search:{closed[0]}")
        if not found:
            raise UnknownParameter(
                resource_type=modifier or " / ".join(sorted(known.targets)[:8]),
                name=following[:64],
                place=place[:200],
                known="",
            )
        return any_of(found)

    def has(self, resource_type: str, name: str, value: str) -> Condition:
        """`_has:Observation:patient:code=…`: a criterion on what points here."""
        parts = name.split(":", 3)
        if len(parts) < 4:
            raise BadValue(
                place=name[:200],
                reason="the form is _has:Type:reference:parameter",
                reason_zh="格式为 _has:类型:引用参数:参数",
            )
        _, source_type, reference, rest = parts
        if source_type not in resource_types():
            raise UnknownResourceType(name=source_type[:64], place=name[:200])
        known = added.find(source_type, reference)
        if known is None or known.kind is not Kind.REFERENCE or resource_type not in known.targets:
            listed = ", ".join(references_to(source_type, resource_type))
            raise UnknownParameter(
                resource_type=source_type, name=reference[:64], place=name[:200], known=listed
            )
        if not self.may_search(source_type):
            raise NotPermitted(permission=f"records.search:{source_type}")
        where = self.deeper(name).criterion(source_type, rest, value)
        return PointedAt(tuple(s.p for s in known.sources), source_type, (where,))

    def deeper(self, place: str) -> "Reader":
        if self.depth >= CHAIN_LIMIT:
            raise BadValue(
                place=place[:200],
                reason=f"a chain may have {CHAIN_LIMIT} links at most",
                reason_zh=f"链最多 {CHAIN_LIMIT} 级",
            )
        return replace(self, depth=self.depth + 1)

    # Tokens -------------------------------------------------------------------------------------

    def token(self, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
        if known.name == "_id":
            return Ids((unescaped(text),))
        if modifier == "text":
            return self.token_text(known, text)
        if modifier in ("in", "not-in", "below", "above"):
            return self.token_set(known, modifier, place, text)
        parts = [unescaped(part) for part in split(text, "|")]
        if modifier == "of-type":
            if len(parts) != 3 or not all(parts):
                raise BadValue(
                    place=place,
                    reason="the form is system|type|value",
                    reason_zh="格式为 系统|类型|值",
                )
            return self.tokens(known, None, f":of-type|{parts[0]}|{parts[1]}|{parts[2]}")
        if len(parts) > 2 or not any(parts):
            raise BadValue(
                place=place,
                reason="the form is code, system|code, |code or system|",
                reason_zh="格式为 代码、系统|代码、|代码 或 系统|",
            )
        if len(parts) == 1:
            return self.tokens(known, None, parts[0])
        system, code = parts
        if not code and "Identifier" in leaf_types(known) and self.is_sealed(known):
            raise BadValue(
                place=place,
                reason="identifiers of people are sealed, so a value is needed: system|value",
                reason_zh="人员标识已加密，须给出具体值：系统|值",
            )
        return self.tokens(known, system, code) if code else self.whole_system(known, system)

    def tokens(self, known: SearchParameter, system: str | None, code: str) -> Condition:
        """A code; under a system, under none (`""`), or under any (None)."""
        types = leaf_types(known)
        if types == {"ContactPoint"}:
            code = contact(code)
        if types <= {"code", "boolean", "id", "string", "uri", "ContactPoint"} and system == "":
            system = None
        is_keyed = known.resource_type in SEALED_TYPES and bool(
            types & {"Identifier", "ContactPoint"}
        )
        if is_keyed and self.keyed_hash is not None:
            return Tokens(
                self.sealed_keys(known, (code,)), None if system is None else hash32(system)
            )
        keys = tuple(token_hash(known.resource_type, s.name, code) for s in known.sources)
        return Tokens(keys, None if system is None else hash32(system))

    def sealed_keys(self, known: SearchParameter, texts: Iterable[str]) -> tuple[int, ...]:
        """The keys of texts under a parameter of sealed people, and under those that hold its parts."""
        names = [name for s in known.sources for name in gathered(known.resource_type, s.name)]
        pairs = [(name, text) for name in names for text in texts]
        return tuple(key for name, text in pairs for key in self.keyed(known, name, text))

    def keyed(self, known: SearchParameter, name: str, code: str) -> Iterator[int]:
        """The keys under which a text that names a person may stand."""
        if self.keyed_hash is None:
            yield token_hash(known.resource_type, name, code)
            return
        for hashed in (self.keyed_hash, *self.other_hashes):
            yield hashed(f"{known.resource_type}|{name}|{code}")

    def whole_system(self, known: SearchParameter, system: str) -> Condition:
        of = known.resource_type
        keys = tuple(system_hash(of, s.name, system) for s in known.sources)
        return Tokens(keys, hash32(system))

    def token_text(self, known: SearchParameter, text: str) -> Condition:
        numbers_ = tuple(s.p for s in known.sources)
        return Strings(numbers_, Match.STARTS, (normalised(unescaped(text)),))

    def token_set(self, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
        if self.terminology is None:
            raise NotSearchable(
                place=place, reason="no value sets are loaded", reason_zh="未加载值集"
            )
        if modifier in ("in", "not-in"):
            codes = self.terminology.codes_in(unescaped(text))
        else:
            system, _, code = text.partition("|")
            if not code:
                raise BadValue(
                    place=place, reason="the form is system|code", reason_zh="格式为 系统|代码"
                )
            terms = self.terminology
            find = terms.codes_below if modifier == "below" else terms.codes_above
            codes = find(unescaped(system), unescaped(code))
        return any_of([self.tokens(known, system, code) for system, code in codes])

    # References ---------------------------------------------------------------------------------

    def reference(self, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
        if modifier == "identifier":
            return self.reference_identifier(known, place, text)
        if modifier in ("below", "above"):
            return self.reference_tree(known, modifier, place, text)
        value = unescaped(text)
        found: list[Condition] = []
        for source in known.sources:
            for target in written_targets(known, source, modifier, value, self.server):
                found.append(References((targets[target],), (source.p,)))
        return any_of(found)

    def reference_tree(
        self, known: SearchParameter, modifier: str, place: str, text: str
    ) -> Condition:
        """`location:below=Location/1`: points to it or to a part of it; `:above` to it or to a whole of it."""
        found: list[Condition] = []
        for source in known.sources:
            for target in written_targets(known, source, "", unescaped(text), self.server):
                kind = target.partition("/")[0]
                p = hierarchy_of(kind)
                if p is None or self.terminology is None:
                    continue
                find = (
                    self.terminology.parts_of if modifier == "below" else self.terminology.wholes_of
                )
                hashes = tuple(find(targets[target], kind, p))
                found.append(References(hashes, (source.p,)))
        if not found:
            raise BadValue(
                place=place,
                reason="it must name a resource of a type with parts, such as Location/1",
                reason_zh="应指明有上下级关系的资源，如 Location/1",
            )
        return any_of(found)

    def reference_identifier(self, known: SearchParameter, place: str, text: str) -> Condition:
        parts = [unescaped(part) for part in split(text, "|")]
        if len(parts) > 2 or not parts[-1]:
            raise BadValue(
                place=place,
                reason="the form is value or system|value",
                reason_zh="格式为 值 或 系统|值",
            )
        system = hash32(parts[0]) if len(parts) == 2 else None
        names = [f"{s.name}:identifier" for s in known.sources]
        keys = tuple(key for name in names for key in self.keyed(known, name, parts[-1]))
        return Tokens(keys, system)

    # Strings and uris ---------------------------------------------------------------------------

    def string(self, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
        value = unescaped(text)
        if self.is_sealed(known):
            return self.sealed_string(known, modifier, place, value)
        if modifier == "exact":
            return Tokens(
                tuple(token_hash(known.resource_type, s.name, "=" + value) for s in known.sources)
            )
        numbers_ = tuple(s.p for s in known.sources)
        match = Match.CONTAINS if modifier == "contains" else Match.STARTS
        return Strings(numbers_, match, (normalised(value),))

    def is_sealed(self, known: SearchParameter) -> bool:
        """Whether values of the parameter are found by keyed hashes only."""
        return known.resource_type in SEALED_TYPES and self.keyed_hash is not None

    def sealed_string(
        self, known: SearchParameter, modifier: str, place: str, value: str
    ) -> Condition:
        """A name or address of a person, whole or by its beginning, by keyed hashes."""
        if modifier == "contains":
            raise SealedText(place=place)
        if modifier == "exact":
            return Tokens(self.sealed_keys(known, ("=" + value,)))
        if known.name in ("name", "family", "given", "phonetic"):
            texts = asked_name(value)
        else:
            texts = asked_address(value) if known.name == "address" else asked_part(value)
        if texts:
            return Tokens(self.sealed_keys(known, texts))
        if value.strip():
            raise SealedAddress(place=place)
        raise BadValue(place=place, reason="it is empty", reason_zh="为空")

    def uri(self, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
        value = unescaped(text)[:1000]
        numbers_ = tuple(s.p for s in known.sources)
        if modifier == "below":
            return Strings(numbers_, Match.STARTS, (value,))
        if modifier == "above":
            parts = value.split("/")
            texts = tuple("/".join(parts[: n + 1]) for n in range(2, len(parts)))
            return Strings(numbers_, Match.EQUALS, texts or (value,))
        return Strings(numbers_, Match.EQUALS, (value,))

    # Dates, numbers, quantities -----------------------------------------------------------------

    def date(self, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
        comparator, lo, hi = self.date_range(place, text)
        if known.name == "_lastUpdated":
            return Updated(comparator, lo, hi)
        return Dates(tuple(s.p for s in known.sources), comparator, lo, hi)

    def date_range(self, place: str, text: str) -> tuple[Comparator, datetime, datetime]:
        try:
            comparator, value = prefixed(unescaped(text))
            lo, hi = dates.range_of_query(value.replace(" ", "+"))
        except ValueError:
            raise BadValue(
                place=place,
                reason="a date is written as ge2024-03-01 or 2024-03-01T08:30:00+08:00",
                reason_zh="日期应写作 ge2024-03-01 或 2024-03-01T08:30:00+08:00",
            ) from None
        if comparator is Comparator.APPROXIMATE:
            lo, hi = dates.widened((lo, hi), self.at)
        return comparator, lo, hi

    def number(self, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
        found = self.compared(place, text)
        return replace(found, parameters=tuple(s.p for s in known.sources), unit=0)

    def compared(self, place: str, text: str) -> Quantities:
        """A number with its comparator and precision, under no parameter yet."""
        try:
            comparator, written = prefixed(unescaped(text))
            value, lo, hi = numbers.written_range(written)
        except ValueError:
            raise BadValue(
                place=place,
                reason="a number is written as 5.40 or gt5e-3",
                reason_zh="数值应写作 5.40 或 gt5e-3",
            ) from None
        if comparator is Comparator.APPROXIMATE:
            lo, hi = value - abs(value) / 10, value + abs(value) / 10
        return Quantities((), None, comparator, value, lo, hi)

    def quantity(self, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
        found, scales = self.quantity_parts(place, text)
        parameters_ = tuple(s.p for s in known.sources)
        if not scales:
            return replace(found, parameters=parameters_, unit=0)
        return any_of([scaled(found, parameters_, scale.u, scale) for scale in scales])

    def quantity_parts(
        self, place: str, text: str
    ) -> tuple[Quantities, tuple[quantities.Scale, ...]]:
        parts = [unescaped(part) for part in split(text, "|")]
        if len(parts) not in (1, 3):
            raise BadValue(
                place=place,
                reason="the form is number, number|system|unit or number||unit",
                reason_zh="格式为 数值、数值|系统|单位 或 数值||单位",
            )
        found = self.compared(place, parts[0])
        scales = quantities.scales_of_query(parts[1], parts[2]) if len(parts) == 3 else ()
        return found, scales

    def special(self, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
        raise NotSearchable(
            place=place, reason="distances are not indexed", reason_zh="未建立距离索引"
        )


_Read = Callable[[Reader, SearchParameter, str, str, str], Condition]
_READERS: dict[Kind, _Read] = {
    Kind.TOKEN: Reader.token,
    Kind.REFERENCE: Reader.reference,
    Kind.STRING: Reader.string,
    Kind.URI: Reader.uri,
    Kind.DATE: Reader.date,
    Kind.NUMBER: Reader.number,
    Kind.QUANTITY: Reader.quantity,
    Kind.COMPOSITE: composite,
    Kind.SPECIAL: Reader.special,
}

"""Where code systems, value sets and maps are found: stored resources first, then what comes with Kangmai."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import orjson
import psycopg

from kangmai.kernel.actor import DataScope
from kangmai.kernel.connections import reading
from kangmai.records.fhir.definitions import value_sets
from kangmai.records.search.query import parse
from kangmai.records.store import hierarchies
from kangmai.records.store.searching import run
from kangmai.records.terminology import concepts
from kangmai.records.terminology.concepts import System
from kangmai.records.terminology.errors import CodeSystemNotHere, ValueSetNotHere
from kangmai.records.terminology.expansion import Coded, expanded
from kangmai.records.types import Resource
from kangmai.standards.calendars import legal_day
from kangmai.standards.codes import code_set, code_sets, find_by_system

OUR_VALUE_SETS = "urn:kangmai:value-set:"
"""Every published code set has a value set of all its codes, of this name and its id."""


class Library:
    """What terminology is visible in a scope; also what answers `:in`, `:below` and `:above` in a search."""

    def __init__(self, scope: DataScope, at: datetime) -> None:
        self.scope = scope
        self.at = at
        self._systems: dict[str, System] = {}

    # Resources ----------------------------------------------------------------------------------

    def resources(self, resource_type: str, **criteria: str) -> list[Resource]:
        """Stored resources of a type by search parameters, newest first."""
        wanted = [(name, _escaped(value)) for name, value in criteria.items()]
        query = parse(resource_type, urlencode([*wanted, ("_count", "20")]), at=self.at)
        with reading() as connection, psycopg.Cursor(connection) as database:
            found = run(database, query, scope=self.scope).matches
        return [orjson.loads(item.body) for item in found]

    def _canonical(self, resource_type: str, url: str) -> Resource | None:
        name, _, version = url.partition("|")
        criteria = {"url": name, **({"version": version} if version else {})}
        return next(iter(self.resources(resource_type, **criteria)), None)

    # Code systems -------------------------------------------------------------------------------

    def find_system(self, url: str, version: str = "") -> System | None:
        """The code system of a URL, in the version named or the newest."""
        key = f"{url}|{version}" if version else url
        if key not in self._systems:
            stored = self._canonical("CodeSystem", key)
            published = find_by_system(url.partition("|")[0])
            if stored is not None:
                self._systems[key] = concepts.of_resource(stored)
            elif published is not None:
                self._systems[key] = _published(published.id, legal_day(self.at))
            else:
                return None
        return self._systems[key]

    def system(self, url: str, version: str = "") -> System:
        """The code system of a URL. Raises: CodeSystemNotHere."""
        found = self.find_system(url, version)
        if found is None:
            raise CodeSystemNotHere(url=url)
        return found

    # Value sets ---------------------------------------------------------------------------------

    def value_set(self, url: str) -> Resource:
        """The ValueSet of a URL, stored or made from what comes with Kangmai. Raises: ValueSetNotHere."""
        found = self._canonical("ValueSet", url) or self._implicit(url.partition("|")[0])
        if found is None:
            raise ValueSetNotHere(url=url)
        return found

    def _implicit(self, url: str) -> Resource | None:
        id = url.removeprefix(OUR_VALUE_SETS)
        if id != url and id in code_sets():
            known = code_set(id)
            return _value_set(url, known.title["en"], [{"system": known.system}])
        required = value_sets().get(url)
        if required:
            include = [
                {"system": system, "concept": [{"code": code} for code in sorted(codes)]}
                for system, codes in sorted(required.items())
            ]
            return _value_set(url, url.rpartition("/")[2], include)
        return None

    # What a search asks -------------------------------------------------------------------------

    def codes_in(self, value_set: str) -> Iterable[tuple[str, str]]:
        """The (system, code) pairs of a value set, by URL or as `ValueSet/id`."""
        return [(each.system, each.code) for each in self.expand(self.named(value_set))]

    def named(self, value_set: str) -> Resource:
        """The ValueSet of a URL or a relative reference. Raises: ValueSetNotHere."""
        kind, _, id = value_set.partition("/")
        if kind == "ValueSet" and id:
            found = self.resources("ValueSet", _id=id)
            if not found:
                raise ValueSetNotHere(url=value_set)
            return found[0]
        return self.value_set(value_set)

    def expand(self, value_set: Resource) -> list[Coded]:
        """The codes of a value set. Raises: CannotExpand, TooCostly and the errors of what it includes."""
        return expanded(value_set, self)

    def codes_below(self, system: str, code: str) -> Iterable[tuple[str, str]]:
        """A code and all that it subsumes."""
        return [(system, each) for each in sorted(self.system(system).below(code) | {code})]

    def codes_above(self, system: str, code: str) -> Iterable[tuple[str, str]]:
        """A code and all that subsume it."""
        return [(system, each) for each in sorted(self.system(system).above(code) | {code})]

    def parts_of(self, target: int, resource_type: str, p: int) -> Iterable[int]:
        """A resource and all its parts, as hashes; parts point to their whole by parameter `p`."""
        with reading() as connection, psycopg.Cursor(connection) as database:
            return hierarchies.below(database, target, resource_type=resource_type, p=p)

    def wholes_of(self, target: int, resource_type: str, p: int) -> Iterable[int]:
        """A resource and all that it is a part of."""
        with reading() as connection, psycopg.Cursor(connection) as database:
            return hierarchies.above(database, target, resource_type=resource_type, p=p)


def _escaped(value: str) -> str:
    for sign in "\\,|$":
        value = value.replace(sign, f"\\{sign}")
    return value


def _value_set(url: str, name: str, include: list[dict[str, Any]]) -> Resource:
    return {
        "resourceType": "ValueSet",
        "url": url,
        "name": name,
        "status": "active",
        "compose": {"include": include},
    }


@lru_cache(maxsize=256)
def _published(id: str, day: date) -> System:
    return concepts.of_code_set(code_set(id), on=day)

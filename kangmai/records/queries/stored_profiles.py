"""Profiles and value sets that are stored as resources, read as far as a check needs them."""

from datetime import datetime
from urllib.parse import urlencode

import orjson
import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records.store.searching import read_query, run
from kangmai.records.types import Resource
from kangmai.records.validation.our_profiles import our_profiles
from kangmai.records.validation.profile_reading import Definitions, add_definition, listed_codes

LIMIT = 200
"""Definitions read for one check: a chain of profiles is short, and a circle must end."""


def find_canonical(
    database: psycopg.Cursor, resource_type: str, url: str, *, actor: Actor, at: datetime
) -> Resource | None:
    """The newest stored resource with a canonical URL (of that version, where one stands after a bar)."""
    name, _, version = url.partition("|")
    wanted = [("url", name.replace("\\", "\\\\").replace(",", "\\,").replace("$", "\\$"))]
    wanted += [("version", version)] if version else []
    query = read_query(resource_type, urlencode([*wanted, ("_count", "1")]), at=at)
    found = run(database, query, scope=actor.scope).matches
    return orjson.loads(found[0].body) if found else None


def stored_profiles(urls: list[str], *, actor: Actor, at: datetime) -> Definitions:
    """Our own profiles, those of these URLs that are stored, those they build on, the value sets they require."""
    known, seen = Definitions(dict(our_profiles())), set[str]()
    waiting = [url.partition("|")[0] for url in urls]
    with reading() as connection, psycopg.Cursor(connection) as database:
        while waiting and len(seen) < LIMIT:
            url = waiting.pop()
            if (
                url in seen
                or url in our_profiles()
                or url.startswith("http://hl7.org/fhir/StructureDefinition/")
            ):
                continue
            seen.add(url)
            found = find_canonical(database, "StructureDefinition", url, actor=actor, at=at)
            if found is None:
                continue
            add_definition(known, orjson.dumps(found))
            waiting.append(str(found.get("baseDefinition", "")).partition("|")[0])
            for value_set in _required_sets(found):
                stored = find_canonical(database, "ValueSet", value_set, actor=actor, at=at)
                codes = listed_codes(stored) if stored else None
                if codes is not None:
                    known.value_sets[value_set.partition("|")[0]] = codes
    return known


def _required_sets(structure: Resource) -> set[str]:
    told = structure.get("snapshot") or structure.get("differential") or {}
    bindings = [row.get("binding", {}) for row in told.get("element", [])]
    return {b["valueSet"] for b in bindings if b.get("strength") == "required" and "valueSet" in b}

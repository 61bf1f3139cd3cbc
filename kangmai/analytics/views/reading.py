"""Read FHIR resources from NDJSON, a JSON array, a Bundle or a single resource.

Lines are read one at a time; any other JSON is read whole. The entries of a Bundle stand for
themselves, and references between them by fullUrl are found.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from kangmai.analytics.views.errors import ResourceUnreadable
from kangmai.records.fhirpath.frames import Resolver
from kangmai.records.fhirpath.reading import read_json

Resource = Mapping[str, Any]
Found = tuple[Resource, Resolver | None]


def read_resources(lines: Iterable[bytes], *, opens_bundles: bool = True) -> Iterator[Found]:
    """The resources of a file given as lines, each with a resolver for its references.

    `opens_bundles` is false where Bundles themselves are wanted.
    Raises: ResourceUnreadable.
    """
    rest = iter(enumerate(lines, start=1))
    for number, line in rest:
        if not line.strip():
            continue
        try:
            first = read_json(line)
        except ValueError:
            whole = b"".join(chain([line], (more for _, more in rest)))
            yield from opened(read_whole(whole), "the file", opens_bundles)
        else:
            yield from opened(first, f"line {number}", opens_bundles)
            yield from read_lines(rest, opens_bundles)


def read_lines(lines: Iterator[tuple[int, bytes]], opens_bundles: bool) -> Iterator[Found]:
    """The remaining lines of an NDJSON file. Raises: ResourceUnreadable."""
    for number, line in lines:
        if not line.strip():
            continue
        try:
            value = read_json(line)
        except ValueError as error:
            raise ResourceUnreadable(place=f"line {number}", reason=str(error)) from None
        yield from opened(value, f"line {number}", opens_bundles)


def read_whole(text: bytes) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        raise ResourceUnreadable(place="the file", reason=str(error)) from None


def opened(value: Any, place: str, opens_bundles: bool) -> Iterator[Found]:
    """The resources in a JSON value: itself, its items, or its entries."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from opened(item, f"{place}, item {number}", opens_bundles)
        return
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise ResourceUnreadable(place=place, reason="a resource with its resourceType is expected")
    if value["resourceType"] == "Bundle" and opens_bundles:
        resolver = bundle_resolver(value)
        for resource in entries(value):
            yield resource, resolver
        return
    yield value, None


def entries(bundle: Resource) -> Iterator[Resource]:
    """The resources of a Bundle's entries."""
    for entry in bundle.get("entry", []):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def bundle_resolver(bundle: Resource) -> Callable[[str], Resource | None]:
    """Finds the resources of a Bundle by fullUrl or by type and id."""
    known: dict[str, Resource] = {}
    for entry in bundle.get("entry", []):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            continue
        known[f"{resource.get('resourceType')}/{resource.get('id')}"] = resource
        if isinstance(entry.get("fullUrl"), str):
            known[entry["fullUrl"]] = resource
    return known.get

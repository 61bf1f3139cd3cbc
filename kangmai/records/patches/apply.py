"""A stored resource and a patch become the resource that is to be stored next."""

from kangmai.records.patches import exact, fhirpath_patch, json_patch
from kangmai.records.patches.errors import PatchUnreadable

OPERATION_LIMIT = 1000


def patched(body: bytes, patch: bytes) -> bytes:
    """The JSON of a resource after a patch; which kind of patch it is shows in its JSON.

    Raises:
        MalformedJson, NotUtf8, PatchUnreadable
        PatchFailed: an operation does not fit; a failed `test` is one of these.
    """
    operations, resource = exact.read(patch), exact.read(body)
    match operations:
        case list():
            _check_count(len(operations))
            result = json_patch.apply(resource, operations)
        case {"resourceType": "Parameters", "parameter": list(parameters)}:
            _check_count(len(parameters))
            result = fhirpath_patch.apply(resource, parameters)
        case {"resourceType": "Parameters"}:
            raise PatchUnreadable(reason="the Parameters hold no operation")
        case _:
            raise PatchUnreadable(reason="it is neither an array nor Parameters")
    try:
        return exact.write(result)
    except TypeError:
        raise PatchUnreadable(reason="its result is nested too deeply") from None


def _check_count(count: int) -> None:
    if count > OPERATION_LIMIT:
        raise PatchUnreadable(reason=f"it has more than {OPERATION_LIMIT} operations")

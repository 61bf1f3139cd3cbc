"""Bundles cut into entries without decoding the resources in them."""

import msgspec

from kangmai.kernel.errors import Incorrect
from kangmai.records.store.bodies import decode


class NotABundleAtAll(Incorrect):
    """This is not a FHIR Bundle: {reason}"""

    zh = "不是有效的 FHIR Bundle：{reason}"


class EntryRequest(msgspec.Struct):
    """How an entry of a transaction or batch is to be carried out."""

    method: str
    url: str
    ifNoneExist: str | None = None
    ifMatch: str | None = None
    ifNoneMatch: str | None = None
    ifModifiedSince: str | None = None


class Entry(msgspec.Struct):
    """One entry; its resource stays the bytes that were sent."""

    fullUrl: str | None = None
    resource: msgspec.Raw = msgspec.Raw()
    request: EntryRequest | None = None


class Bundle(msgspec.Struct):
    """A Bundle of any type."""

    resourceType: str = ""
    type: str = ""
    entry: list[Entry] = []


class _Head(msgspec.Struct):
    resourceType: str = ""
    id: str = ""


_decoder = msgspec.json.Decoder(Bundle)
_heads = msgspec.json.Decoder(_Head)


def resource_head(raw: bytes) -> tuple[str, str]:
    """Type and id of a resource (either may be empty) without decoding the rest.

    Raises:
        MalformedJson, NotUtf8
    """
    try:
        head = _heads.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        decode(raw)  # says where the JSON is broken, if it is
        return "", ""
    return head.resourceType, head.id


def read_bundle(raw: bytes) -> Bundle:
    """Cut a Bundle into its entries.

    Raises:
        MalformedJson, NotUtf8
        NotABundleAtAll: JSON of another kind, or entries of a wrong shape.
    """
    try:
        bundle = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        decode(raw)  # says where the JSON is broken, if it is
        raise NotABundleAtAll(reason=str(error)) from None
    if bundle.resourceType != "Bundle":
        raise NotABundleAtAll(reason=f"resourceType is '{bundle.resourceType}'")
    return bundle

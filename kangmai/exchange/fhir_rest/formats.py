"""The format of bodies at the edge: inside the house everything is JSON, whoever asks for XML gets that.

Source: FHIR R4, https://hl7.org/fhir/R4/http.html#mime-type
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from kangmai.exchange.fhir_rest.errors import NotAcceptable
from kangmai.exchange.fhir_rest.present import pretty
from kangmai.exchange.fhir_rest.types import JSON, Response
from kangmai.records.fhir import xml

XML = "application/fhir+xml; charset=utf-8"
XML_TYPES = frozenset({"application/fhir+xml", "application/xml", "text/xml"})
ANY = frozenset({"*/*", "application/*", "text/html"})
"""What a client says that takes what it gets; a browser is shown JSON."""


def is_xml(content_type: str) -> bool:
    """Whether a body that is said to be this is FHIR XML."""
    return content_type.partition(";")[0].strip().lower() in XML_TYPES


def wanted_format(headers: Mapping[str, str], query: str) -> str:
    """JSON or XML: by `_format` where given, else by the most wanted type in Accept that we have.

    Raises:
        NotAcceptable
    """
    given = next((part[8:] for part in query.split("&") if part.startswith("_format=")), "")
    wanted = unquote(given) or headers.get("accept", "")
    for media_type in sorted(wanted.lower().split(","), key=_weight, reverse=True):
        name = media_type.partition(";")[0].strip()
        if name == "xml" or name in XML_TYPES:
            return XML
        if name in ANY or name.endswith("json"):
            return JSON
    if wanted:
        raise NotAcceptable(format=wanted)
    return JSON


def _weight(media_type: str) -> float:
    """The `q` of a media type in an Accept header."""
    _, found, weight = media_type.replace(" ", "").partition(";q=")
    try:
        return float(weight.partition(";")[0]) if found else 1.0
    except ValueError:
        return 0.0


def formatted(response: Response, wanted: str, *, indented: bool) -> Response:
    """The same answer in the wanted format, indented where that was asked for.

    Raises:
        NotFhirXml: a stored resource holds what R4, and so its XML, does not have.
    """
    if not response.body or ("Content-Type", JSON) not in response.headers:
        return response
    if wanted == XML:
        headers = [each for each in response.headers if each[0] != "Content-Type"]
        body = xml.to_xml(response.body, indented=indented)
        return replace(response, body=body, headers=(*headers, ("Content-Type", XML)))
    return replace(response, body=pretty(response.body)) if indented else response

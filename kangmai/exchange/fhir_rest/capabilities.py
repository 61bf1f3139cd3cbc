"""The `capabilities` interaction: what this server really does, made from its own tables.

Source: https://hl7.org/fhir/R4/http.html#capabilities
"""

from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings

from kangmai import __version__
from kangmai.exchange.fhir_rest.operations import operations_on
from kangmai.exchange.fhir_rest.types import JSON, Response
from kangmai.exchange.oauth.views import smart_configuration
from kangmai.records import queries
from kangmai.records.fhir.definitions import compartments, resource_types
from kangmai.records.search.parameters import Kind, parameters

BULK_DATA = "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"
TOPIC = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical"
INTERACTIONS = (
    "read",
    "vread",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "create",
    "search-type",
)
SYSTEM_INTERACTIONS = ("transaction", "batch", "history-system", "search-system")


def metadata(base: str) -> Response:
    """GET metadata"""
    return Response(200, _statement(base, queries.added_version()), (("Content-Type", JSON),))


def smart(origin: str) -> Response:
    """GET .well-known/smart-configuration"""
    body = orjson.dumps(smart_configuration(origin))
    return Response(200, body, (("Content-Type", "application/json"),))


@lru_cache(maxsize=8)
def _statement(base: str, added: int) -> bytes:
    """The statement for an address, as long as no other search parameters are added."""
    return orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": "2026-11-21",
            "kind": "instance",
            "software": {"name": "Kangmai", "version": __version__},
            "implementation": {"description": "Kangmai 康脉", "url": base},
            "instantiates": [BULK_DATA],
            "fhirVersion": "4.0.1",
            "format": ["application/fhir+json", "application/fhir+xml"],
            "patchFormat": [
                "application/json-patch+json",
                "application/fhir+json",
                "application/fhir+xml",
            ],
            "rest": [
                {
                    "mode": "server",
                    "security": _security(base),
                    "resource": [_resource(name) for name in resource_types()],
                    "interaction": [{"code": code} for code in SYSTEM_INTERACTIONS],
                    "operation": operations_on(""),
                    "compartment": [
                        f"http://hl7.org/fhir/CompartmentDefinition/{name.lower()}"
                        for name in compartments()
                    ],
                }
            ],
        }
    )


def _security(base: str) -> dict[str, Any]:
    token = base.removesuffix("/fhir/R4") + "/oauth2/token"
    uris = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
    return {
        "service": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                        "code": "SMART-on-FHIR",
                    }
                ]
            }
        ],
        "extension": [{"url": uris, "extension": [{"url": "token", "valueUri": token}]}],
    }


def _resource(name: str) -> dict[str, Any]:
    return {
        "type": name,
        **_profiles(name),
        **({"extension": _topics()} if name == "Subscription" else {}),
        "interaction": [{"code": code} for code in INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": False,
        "conditionalCreate": True,
        "conditionalUpdate": True,
        "conditionalRead": "full-support",
        "conditionalDelete": "multiple" if settings.DELETE_SEVERAL else "single",
        "referencePolicy": ["literal", "logical"],
        "searchInclude": [
            f"{name}:{p.name}" for p in _searchable(name) if p.kind is Kind.REFERENCE
        ],
        "operation": operations_on(name),
        "searchParam": [{"name": p.name, "type": p.kind.value} for p in _searchable(name)],
    }


def _profiles(name: str) -> dict[str, list[str]]:
    """Profiles of our own, to which a resource can be held."""
    known = queries.our_profiles().items()
    found = sorted(url for url, profile in known if profile["type"] == name)
    return {"supportedProfile": found} if found else {}


def _topics() -> list[dict[str, str]]:
    return [{"url": TOPIC, "valueCanonical": each} for each in queries.subscription_topics()]


def _searchable(name: str) -> list[Any]:
    known = [*parameters(name).values(), *queries.added_parameters(name).values()]
    return [p for p in known if p.kind is not Kind.SPECIAL]

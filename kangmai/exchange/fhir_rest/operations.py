"""The operations that exist here, as the CapabilityStatement names them: name → definition, and where."""

from dataclasses import dataclass

FHIR = "http://hl7.org/fhir/OperationDefinition/"
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/"
BULK = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on a resource type, on every type (`*`), or on the system (empty)."""

    name: str
    definition: str
    type: str


OPERATIONS = (
    Operation("validate", f"{FHIR}Resource-validate", "*"),
    Operation("purge", f"{FHIR}Patient-purge", "*"),
    Operation("everything", f"{FHIR}Patient-everything", "Patient"),
    Operation("match", f"{FHIR}Patient-match", "Patient"),
    Operation("person", "urn:kangmai:operation:person", "Patient"),
    Operation(
        "ihe-pix", "https://profiles.ihe.net/ITI/PIXm/OperationDefinition/IHE.PIXm.pix", "Patient"
    ),
    Operation("merge", "urn:kangmai:operation:merge", "Patient"),
    Operation("unmerge", "urn:kangmai:operation:unmerge", "Patient"),
    Operation("export", f"{BULK}export", ""),
    Operation("export", f"{BULK}patient-export", "Patient"),
    Operation("export", f"{BULK}group-export", "Group"),
    Operation("import", "urn:kangmai:operation:import", ""),
    Operation("lookup", f"{FHIR}CodeSystem-lookup", "CodeSystem"),
    Operation("validate-code", f"{FHIR}CodeSystem-validate-code", "CodeSystem"),
    Operation("subsumes", f"{FHIR}CodeSystem-subsumes", "CodeSystem"),
    Operation("expand", f"{FHIR}ValueSet-expand", "ValueSet"),
    Operation("validate-code", f"{FHIR}ValueSet-validate-code", "ValueSet"),
    Operation("status", f"{BACKPORT}backport-subscription-status", "Subscription"),
    Operation("index", "urn:kangmai:operation:index", "SearchParameter"),
    Operation("translate", f"{FHIR}ConceptMap-translate", "ConceptMap"),
)


def operations_on(type: str) -> list[dict[str, str]]:
    """The entries of `rest.resource.operation` (or of `rest.operation`, for an empty type)."""
    return [
        {"name": each.name, "definition": each.definition}
        for each in OPERATIONS
        if each.type == type or (type and each.type == "*")
    ]

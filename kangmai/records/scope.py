"""The one function that turns an actor's data scope into SQL, for search, read, history, export and totals.

Every query over `res r` puts this condition into its WHERE, so that no read can forget it. A resource
is inside when its label is one the actor may see, and

  - its subject lives in one of the actor's places, or is managed by one of his organizations, or is one
    of his residents (through the row of `subject`, so that a move or a merge needs no rewriting), or
  - one of his organizations wrote it, or
  - it is about nobody and of a kind that describes the health system (institutions, staff, medicines).

What a resident objects to is left to those who wrote it.

A Patient that no resident was found for has no row in `subject`: only its author sees it.
"""

from dataclasses import dataclass
from typing import Any

from kangmai.kernel.actor import ALL_LABELS, DataScope
from kangmai.records.fhir.definitions import resource_types

DIRECTORY_TYPES = (
    "CapabilityStatement",
    "CodeSystem",
    "ConceptMap",
    "Endpoint",
    "HealthcareService",
    "Location",
    "Medication",
    "Organization",
    "OrganizationAffiliation",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
    "SearchParameter",
    "StructureDefinition",
    "Substance",
    "ValueSet",
)
"""Kinds of resources that describe the health system and not a person's health."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL over `res r` with its parameters."""

    sql: str
    values: tuple[Any, ...]


def condition(scope: DataScope, *, alias: str = "r") -> Condition:
    """The SQL condition that holds for the rows of `res` (as `alias`) inside a scope."""
    r = alias
    labels: tuple[Any, ...] = ()
    sql = "true"
    if scope.labels != ALL_LABELS:
        sql, labels = f"{r}.label = ANY(%s)", (sorted(int(label) for label in scope.labels),)
    if scope.everything:
        return Condition(sql, labels)
    organizations = sorted(scope.organizations)
    about = subject_condition(scope)
    directory = [resource_types()[name] for name in DIRECTORY_TYPES]
    values: tuple[Any, ...] = (*labels, directory, organizations, *about.values)
    return Condition(
        f"""{sql} AND (
            ({r}.subject IS NULL AND {r}.rt = ANY(%s))
            OR {r}.author_org = ANY(%s)
            OR EXISTS (SELECT 1 FROM subject s WHERE s.rid = {r}.subject AND {about.sql}))""",
        values,
    )


def subject_condition(scope: DataScope) -> Condition:
    """The SQL condition that holds for the rows of `subject s` whose people a scope reaches."""
    parts = ["s.managing_org = ANY(%s)", "s.resident_id = ANY(%s)"]
    values: list[Any] = [sorted(scope.organizations), sorted(scope.residents)]
    for place in scope.places:
        parts.append("(s.place_code >= %s AND s.place_code < %s)")
        values += [place.low, place.high]
    about = f"({' OR '.join(parts)})"
    if not scope.objections:
        return Condition(about, tuple(values))
    return Condition(
        f"{about} AND NOT s.resident_id = ANY(%s)", (*values, sorted(scope.objections))
    )

"""Validation of FHIR R4 resources: structure and codes always, profiles where asked."""

from kangmai.records.validation.issues import Issue, Severity, operation_outcome
from kangmai.records.validation.rules import is_valid, validate

__all__ = ["Issue", "Severity", "is_valid", "operation_outcome", "validate"]

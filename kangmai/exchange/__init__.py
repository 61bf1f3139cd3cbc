"""DOOR. Standard interfaces for machines: FHIR REST, OAuth 2."""

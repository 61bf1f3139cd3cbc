"""KEEP. The FHIR R4 store."""

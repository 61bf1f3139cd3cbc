"""Facts of FHIR R4 and readers of resources, which are plain dicts."""

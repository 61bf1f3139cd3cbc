"""From segments to FHIR resources, by definitions: messages, segments, data types, tables."""

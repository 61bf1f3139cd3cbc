"""SQL on FHIR views: a ViewDefinition compiled to a function from resources to rows."""

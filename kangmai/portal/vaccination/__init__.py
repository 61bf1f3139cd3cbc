"""Pages of the immunization clinic."""

"""Views of the immunization clinic."""

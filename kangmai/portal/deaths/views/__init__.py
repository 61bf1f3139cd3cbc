"""Views of deaths."""

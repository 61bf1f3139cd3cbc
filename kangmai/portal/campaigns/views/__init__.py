"""Views of mass campaigns."""

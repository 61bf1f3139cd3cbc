"""Views of births."""

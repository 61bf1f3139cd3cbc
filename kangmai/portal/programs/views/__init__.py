"""Views of the pages of programs."""

"""Views of the pages of supplies."""

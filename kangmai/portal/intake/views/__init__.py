"""Views of the pages of tables."""

"""Views of the pages of teams, a module for each part."""

"""Views of the command page and of bulletins."""

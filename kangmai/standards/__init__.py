"""KNOW. Code sets, identifiers, regions, calendars."""

"""From which day a dose counts."""

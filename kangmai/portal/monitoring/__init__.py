"""Pages of monitoring: cards of birth defects and deaths, their checks, reviews with and without the name."""

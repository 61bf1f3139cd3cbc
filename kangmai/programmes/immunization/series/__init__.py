"""The rows of one series: what was given, and what is to come."""

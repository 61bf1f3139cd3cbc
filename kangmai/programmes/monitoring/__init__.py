"""Monitoring of maternal and child health: cards of birth defects and of deaths, and the review of deaths."""

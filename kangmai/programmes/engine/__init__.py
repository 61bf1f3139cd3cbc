"""Enrolments, planned services, visits and decisions: one engine, fed with programmes as data."""

"""Limits of logging in, sessions, emergency openings and tokens, read from definitions/access/policy."""

from datetime import date, datetime, timedelta

from kangmai.kernel import definitions


def limit(name: str, *, on: date) -> int:
    """One number of the security policy in force on a day."""
    definition = definitions.get("access", "policy", "security", on=on)
    return int(definition.content["values"][name])


def minutes(name: str, *, at: datetime) -> timedelta:
    """One number of the policy as minutes."""
    return timedelta(minutes=limit(name, on=at.date()))

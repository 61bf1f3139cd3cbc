"""The writes of contracts."""

from kangmai.programmes.contracts.actions.asking import ask, refuse
from kangmai.programmes.contracts.actions.ending import end
from kangmai.programmes.contracts.actions.following import follow_residents
from kangmai.programmes.contracts.actions.loading import load_contracts, load_teams
from kangmai.programmes.contracts.actions.rating import rate
from kangmai.programmes.contracts.actions.serving import perform, reckon, reckon_residents, undo
from kangmai.programmes.contracts.actions.signing import accept, change, renew, sign
from kangmai.programmes.contracts.actions.teams import change_team, found_team, set_open

__all__ = [
    "accept",
    "ask",
    "change",
    "change_team",
    "end",
    "follow_residents",
    "found_team",
    "load_contracts",
    "load_teams",
    "perform",
    "rate",
    "reckon",
    "reckon_residents",
    "refuse",
    "renew",
    "set_open",
    "sign",
    "undo",
]

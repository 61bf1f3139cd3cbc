"""What may be asked about contracts."""

from kangmai.programmes.contracts.queries.contracts import (
    contract_list,
    contracts_of,
    count_contracts,
    get_contract,
    items_of,
    may_change,
    services_of,
)
from kangmai.programmes.contracts.queries.teams import (
    figures_of,
    get_team,
    keeping,
    may_keep,
    signing_teams,
    team_list,
    teams_for,
)
from kangmai.programmes.contracts.queries.unsigned import unsigned

__all__ = [
    "contract_list",
    "contracts_of",
    "count_contracts",
    "figures_of",
    "get_contract",
    "get_team",
    "items_of",
    "keeping",
    "may_change",
    "may_keep",
    "services_of",
    "signing_teams",
    "team_list",
    "teams_for",
    "unsigned",
]

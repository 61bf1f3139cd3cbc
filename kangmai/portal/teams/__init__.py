"""Pages of teams: teams and rosters, experts, call-outs with their board, drills, support missions."""

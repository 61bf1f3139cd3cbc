"""Family-doctor contracts: teams, what they promise, what was done of it, renewal, satisfaction."""

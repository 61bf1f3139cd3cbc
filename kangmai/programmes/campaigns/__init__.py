"""Mass campaigns: whom a campaign is for, who agreed, sessions with their plan of doses, and how far it has come."""

"""Pages of mass campaigns: their lists, answers, sessions and progress."""

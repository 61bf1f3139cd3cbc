"""Pages of activities: the year's table, what was done, writing one down, reporting and answering what was found."""

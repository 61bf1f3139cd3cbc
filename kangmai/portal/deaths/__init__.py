"""Pages of deaths: certificates with their causes, the review, the list of causes."""

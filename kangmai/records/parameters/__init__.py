"""Search parameters that are added by SearchParameter resources: entered, indexed in the background, searched."""

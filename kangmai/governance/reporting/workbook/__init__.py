"""A spreadsheet of the level above: what is in it, which cells are free, and numbers put into them."""

"""The residents of a town: ages, families, names, numbers and what is written down about each."""

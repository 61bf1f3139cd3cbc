"""Who sends what to whom: no table is read here."""

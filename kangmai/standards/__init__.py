"""Code sets, divisions, identity numbers, names' sort keys and calendars: what every room agrees on.

Pure functions over published tables; no database, no clock. A table is read when it is first asked for.
"""

"""The schedule of a day as typed values, read from the definitions."""

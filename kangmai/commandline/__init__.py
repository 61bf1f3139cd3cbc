"""DOOR. The command `kangmai` for operators."""

"""How two records agree, field by field: the levels, one pair at a time and by columns."""

"""System values: reading, order, equality and arithmetic."""

"""Pages of orders: propose, sign, end; what was erased; and what the public may read."""

"""The grid below the village: grids and micro-grids, who looks after each, which households belong to it."""

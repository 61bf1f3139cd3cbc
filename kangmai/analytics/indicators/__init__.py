"""Figures: definitions read, counted over the lake, rolled up, frozen."""

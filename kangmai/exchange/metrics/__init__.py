"""Figures about the running house for a monitor, in the text format of Prometheus."""

"""Kangmai 康脉: the health system of a prefecture-level city as one system."""

__version__ = "0.1.0"

"""Births: certificates from the delivery on, and the chain of errands that a birth begins."""

"""Terminology on local code systems: stored resources, the code sets of the standards, required sets of R4."""

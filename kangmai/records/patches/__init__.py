"""Patches: small descriptions of a change, applied to one resource inside the transaction that stores it."""

from kangmai.records.patches.apply import patched

__all__ = ["patched"]

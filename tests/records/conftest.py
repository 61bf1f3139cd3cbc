"""Tests of the record that also speak through the FHIR door."""

from tests.exchange.conftest import token

__all__ = ["token"]

"""The official examples for the tests of this folder."""

from tests.records.r4_examples import clinical_examples, r4_examples

__all__ = ["clinical_examples", "r4_examples"]

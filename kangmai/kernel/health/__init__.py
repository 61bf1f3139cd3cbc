"""The health of an installation: checks that say what they found and how to mend it."""

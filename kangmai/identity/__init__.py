"""KNOW. Residents: who is who, and which records are theirs."""

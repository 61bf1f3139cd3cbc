"""Passwords of tests: hashed as those of accounts are, but at the least cost."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """What it costs stands in the hash, so a served page can verify it."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1

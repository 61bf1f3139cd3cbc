"""KNOW. Accounts, roles, data scopes, consent, and the ledger residents see."""

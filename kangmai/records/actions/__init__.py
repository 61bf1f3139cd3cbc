"""The writes of the record: each is one transaction, checked, audited and announced through the log."""

from kangmai.records.actions.place_subject import place_subject, withdraw_subject
from kangmai.records.actions.put_projection import put_projection
from kangmai.records.actions.transact import transact

__all__ = ["place_subject", "put_projection", "transact", "withdraw_subject"]

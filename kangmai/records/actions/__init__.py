"""The writes of the record: each is one transaction, checked, audited and announced through the log."""

from kangmai.records.actions.import_unit import Item, import_unit
from kangmai.records.actions.load import load
from kangmai.records.actions.place_subject import place_subject, place_subjects, withdraw_subject
from kangmai.records.actions.put_projection import put_projection
from kangmai.records.actions.transact import transact

__all__ = [
    "Item",
    "import_unit",
    "load",
    "place_subject",
    "place_subjects",
    "put_projection",
    "transact",
    "withdraw_subject",
]

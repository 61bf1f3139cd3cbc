"""The writes of the record: each is one transaction, checked, audited and announced through the log."""

from kangmai.records.actions.delete_matching import delete_matching
from kangmai.records.actions.import_table import import_table
from kangmai.records.actions.import_unit import Item, import_unit, import_units
from kangmai.records.actions.jobs import (
    Order,
    cancel_job,
    forget_jobs,
    group_members,
    order_export,
    order_import,
    run_jobs,
    run_one,
)
from kangmai.records.actions.load import load
from kangmai.records.actions.notify import Notification, settle_notification, take_notifications
from kangmai.records.actions.place_subject import place_subject, place_subjects, withdraw_subject
from kangmai.records.actions.purge import Proof, purge
from kangmai.records.actions.put_projection import put_projection
from kangmai.records.actions.refresh_statistics import refresh_statistics
from kangmai.records.actions.rehash import rehash
from kangmai.records.actions.transact import transact

__all__ = [
    "Item",
    "Notification",
    "Order",
    "Proof",
    "cancel_job",
    "delete_matching",
    "forget_jobs",
    "group_members",
    "import_table",
    "import_unit",
    "import_units",
    "load",
    "order_export",
    "order_import",
    "place_subject",
    "place_subjects",
    "purge",
    "put_projection",
    "refresh_statistics",
    "rehash",
    "run_jobs",
    "run_one",
    "settle_notification",
    "take_notifications",
    "transact",
    "withdraw_subject",
]

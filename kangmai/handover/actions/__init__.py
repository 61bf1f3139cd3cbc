"""The writes of the ledger."""

from kangmai.handover.actions.decide import reject, resend, withdraw, withdraw_of
from kangmai.handover.actions.load import Loaded, load
from kangmai.handover.actions.posting import post_due
from kangmai.handover.actions.prepare import prepare
from kangmai.handover.actions.receipts import read_receipts, record_receipt, try_receipts
from kangmai.handover.actions.send import mark_sent_by_hand, send_file

__all__ = [
    "Loaded",
    "load",
    "mark_sent_by_hand",
    "post_due",
    "prepare",
    "read_receipts",
    "record_receipt",
    "reject",
    "resend",
    "send_file",
    "try_receipts",
    "withdraw",
    "withdraw_of",
]

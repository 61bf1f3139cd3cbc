"""The ledger of what national and provincial systems must hold: prepared, sent, receipt, rejected, changed since."""

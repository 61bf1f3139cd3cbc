"""What this room announces in the outbox: key = id of the card, data = ids, the kind and states."""

REPORTED = "monitoring.reported"
CORRECTED = "monitoring.corrected"
CHECKED = "monitoring.checked"
RETURNED = "monitoring.returned"
VOIDED = "monitoring.voided"
CALLED = "monitoring.review_called"
CONCLUDED = "monitoring.review_concluded"

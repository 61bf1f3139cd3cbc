"""What this room announces in the outbox: key = id of the birth, data = ids, codes and states."""

REGISTERED = "births.registered"
ISSUED = "births.certificate_issued"
REPLACED = "births.certificate_replaced"
VOIDED = "births.certificate_voided"
ITEM = "births.item"
BLANKS = "births.blanks"

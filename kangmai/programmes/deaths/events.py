"""What this room announces in the outbox: key = id of the certificate, data = ids and states, never a cause."""

ISSUED = "deaths.certificate_issued"
CORRECTED = "deaths.certificate_corrected"
CONFIRMED = "deaths.certificate_confirmed"
VOIDED = "deaths.certificate_voided"

"""What the index announces of corrections in the outbox; keys and data are ids and codes only."""

CORRECTION = "identity.correction_"
"""How all of these begin; the state follows."""
CORRECTION_ASKED = "identity.correction_asked"
CORRECTION_APPLIED = "identity.correction_applied"
CORRECTION_DECLINED = "identity.correction_declined"
CORRECTION_WITHDRAWN = "identity.correction_withdrawn"
CORRECTIONS = (CORRECTION_ASKED, CORRECTION_APPLIED, CORRECTION_DECLINED, CORRECTION_WITHDRAWN)

"""The village kit: part of a doctor's worklist on a phone that has no signal, and the visits that come back."""

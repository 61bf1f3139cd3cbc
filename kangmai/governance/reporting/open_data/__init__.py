"""De-identified figures for the level above and for everybody: small numbers hidden, and enough beside them."""

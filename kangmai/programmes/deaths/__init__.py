"""Deaths: certificates with the chain of causes, reviewed by the CDC; they close what a death closes, and void restores it."""

"""Forms as data: read, check, calculate, save and correct what people fill in."""

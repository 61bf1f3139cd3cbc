"""Plan a round before it begins and replay it afterwards: pure functions, without a database."""

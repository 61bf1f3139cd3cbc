"""The one clock for every legal or agreed limit: who owes what by when, and who is told when it runs out."""

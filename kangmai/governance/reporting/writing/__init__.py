"""From the lines of a report to its text: words, blocks, and both as kept. Pure."""

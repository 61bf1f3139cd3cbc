"""From what a desk wrote to what can be compared: one record at a time and by columns."""

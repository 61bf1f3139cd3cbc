"""Pages of nucleic-acid testing: command board, table, boxes, bench, positive pools, a resident's own results."""

"""COUNT. Views over the record, and what is counted from them."""

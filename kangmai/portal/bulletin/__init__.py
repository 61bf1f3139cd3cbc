"""Pages of the command page, its cards, bulletins and what the public reads of them."""

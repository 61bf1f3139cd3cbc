"""The daily bulletin and the command page of an order: counted figures with their cards, frozen under two names."""

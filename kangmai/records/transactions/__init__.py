"""How operations become one transaction: read and prepared on their own, checked and written together with others."""

"""KEEP. Errors, actor, ids, event feed, audit, crypto, definitions, embedded database."""

"""Search: parameters, extraction of keys, parsing of queries, compilation to SQL."""

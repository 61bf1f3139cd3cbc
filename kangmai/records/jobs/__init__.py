"""Long jobs over the record: ordered at a door, done by the worker, fetched within a day."""

"""Pages of contact tracing: desk, case, contact on a phone, tree, line lists."""

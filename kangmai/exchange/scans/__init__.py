"""The interface for scanners: one scan with its answer, or a batch; a thin callable in front of Django."""

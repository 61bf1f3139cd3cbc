"""Records from tables (XLSX, CSV) of institutions that have nothing else: columns and checks are definitions."""

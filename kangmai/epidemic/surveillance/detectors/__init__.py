"""Detectors: one method a module, named as its authors published it, and the table of all of them."""

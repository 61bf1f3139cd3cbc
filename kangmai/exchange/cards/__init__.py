"""The interface by which programs of institutions read e-health cards."""

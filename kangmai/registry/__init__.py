"""KNOW. Institutions, departments, staff, places, beds and equipment."""

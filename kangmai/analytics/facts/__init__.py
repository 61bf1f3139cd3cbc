"""Conditions over named facts: one text, compiled to SQL for millions and to Python for one."""

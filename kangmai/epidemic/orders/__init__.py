"""Orders: nothing of emergency mode works without one in force, and its data end with it."""

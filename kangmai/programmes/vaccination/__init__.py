"""The immunization clinic: who is given what, from which package, kept how cold, and what came of it."""

"""E-health cards: who holds one, the codes that show it, and every use."""

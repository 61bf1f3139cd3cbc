"""Published methods by which figures are compared: with chance, with before, part by part."""

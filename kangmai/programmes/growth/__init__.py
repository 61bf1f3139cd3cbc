"""Growth of children against published standards: z-scores, classes, curves; needs no database."""

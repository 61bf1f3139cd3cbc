"""Whether two records are of the same resident: Fellegi and Sunter's model with three classes.

Another room enters by `types`, `rules` (one pair), `actions` (whole files) and `errors`.
`docs/algorithms/matching.md` explains the model with worked numbers.
"""

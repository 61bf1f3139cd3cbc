"""The believable invented city of a demonstration: residents, households, institutions, health.

Nothing here touches a database. `city.invent` makes the frame of the city (places, institutions),
`city.towns` yields the residents town by town as columns, `history.town_history` what happened to
them, and `resources` turns both into FHIR R4 JSON. The same seed, day and number of residents give
the same columns and ids.

Assumptions: `definitions/commandline/invented_city`, names: `definitions/standards/names`;
how it works and what was measured: `docs/algorithms/invented_city.md`.
"""

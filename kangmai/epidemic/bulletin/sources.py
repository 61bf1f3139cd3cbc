"""By which names figures are counted, so that definitions can be checked without a database."""

NAMES = {
    "testing": ("sampled", "target", "tested", "sampled_ever", "late", "waiting", "positive_tubes", "published", "positive_people"),
    "tracing": ("new_cases", "cases", "close", "settled", "secondary", "general", "waiting", "found", "released", "positive", "judged"),
    "supplies": ("days", "short", "institutions"),
    "rooms": ("free", "usable"),
    "rooms/guests": ("staying",),
    "tasks": ("late", "open"),
    "teams": ("out", "in_use", "received_people"),
}  # fmt: skip
"""What each counter counts; after a slash stands which counter of a source it is."""

SOURCES = frozenset(f"{part.partition('/')[0]}.{n}" for part, names in NAMES.items() for n in names)

"""What a field of a form is called on the page, for a refusal that has to name it."""

from django.utils.translation import gettext_lazy as _

FORM = _("the form")
TITLES = {
    "amount": _("Counted"),
    "backlog": _("Waiting tubes"),
    "beds": _("Beds in each"),
    "closes": _("Closes"),
    "ended": _("Run ended"),
    "every": _("A courier calls every, hours"),
    "first": _("First day together"),
    "found": _("Positive found"),
    "from": _("From"),
    "home": _("Division code of the home"),
    "hospital_km": _("Kilometres to the hospital"),
    "hours": _("Sites are open, hours"),
    "how": _("How"),
    "isolated": _("Isolated since"),
    "laboratory": _("Laboratory"),
    "lanes": _("Lanes"),
    "last": _("Last day together"),
    "minutes": _("Minutes a day"),
    "mode": _("Persons a tube"),
    "more_tubes": _("Its tubes a day"),
    "onset": _("Onset (empty: no symptoms)"),
    "opens": _("Opens"),
    "organization": _("Institution"),
    "people": _("People"),
    "prevalence": _("Positive people per hundred"),
    "result": _("Result"),
    "road": _("At most on the road, hours"),
    "run": _("A run takes, hours"),
    "sampled": _("Sampled"),
    "slot": _("Time"),
    "started": _("Run began"),
    "target": _("People expected"),
    "temperature": _("Temperature, °C"),
    "to": _("To"),
    "tubes": _("Tubes a day"),
    "when": _("When"),
    "who": _("Index number, identity card or pass"),
}


def field_title(name: str) -> str:
    """The words beside a field (`people-12` is one of `people`); of what nobody types, that it is the form itself."""
    kind, _dash, _row = name.partition("-")
    return str(TITLES.get(kind, FORM))

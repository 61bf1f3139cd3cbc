"""What must hold of the definitions of immunization beyond their shape, and how their cases are worked.

Importing this module registers both with the loader of definitions.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition, register_case_runner, register_checker
from kangmai.kernel.errors import KangmaiError
from kangmai.programmes.immunization.children import read_child
from kangmai.programmes.immunization.days import iso
from kangmai.programmes.immunization.reasons import say
from kangmai.programmes.immunization.rules import METHODS, forecast
from kangmai.programmes.immunization.schedule.reading import PROGRAMME, ROOM, SERIES
from kangmai.programmes.immunization.schedule.vaccines import vaccines
from kangmai.programmes.immunization.types import Row


def check_series(definition: Definition) -> Iterator[str]:
    """Codes are known, doses are numbered upwards, ages rise, and a dose is due when it is permitted."""
    content = definition.content
    for position, code in enumerate(content["vaccines"]):
        if code not in vaccines():
            yield f"/vaccines/{position}: {code!r} is not in the list of vaccines"
    if content["method"] not in METHODS:
        yield f"/method: no method {content['method']!r}"
    if content["method"] == "polio" and "inactivated_only" not in content:
        yield "/method: polio needs inactivated_only"
    if content["method"] == "diphtheria_tetanus" and "catch_up" not in content:
        yield "/method: diphtheria_tetanus needs catch_up"
    if "plans" not in content:
        yield from _dose_faults(content["doses"], content["vaccines"], "/doses")
    for position, plan in enumerate(content.get("plans", ())):
        yield from _dose_faults(plan["doses"], content["vaccines"], f"/plans/{position}/doses")
    if "plans" in content and content["plans"][-1].get("when"):
        yield "/plans: the last plan must be for everyone else, without `when`"


def _dose_faults(
    doses: tuple[Mapping[str, Any], ...], codes: tuple[str, ...], place: str
) -> Iterator[str]:
    for position, dose in enumerate(doses):
        here = f"{place}/{position}"
        for code in (dose["vaccine"], *dose.get("also_accepts", ())):
            if code not in codes:
                yield f"{here}: {code!r} is not a vaccine of this series"
        if dose["min_age_days"] > dose["due_months"] * 31:
            yield f"{here}/min_age_days: more than the {dose['due_months']} months of `due_months`"
        if dose.get("accepted_from_age_days", 0) > dose["min_age_days"]:
            yield f"{here}/accepted_from_age_days: more than `min_age_days`"
    for position, (earlier, later) in enumerate(pairwise(doses), start=1):
        if later["dose"] <= earlier["dose"] or later["min_age_days"] < earlier["min_age_days"]:
            yield f"{place}/{position}: a later dose has a smaller number or age"


def check_programme(definition: Definition) -> Iterator[str]:
    """Every series and vaccine it names is there."""
    known = {each.id for each in definitions.load(ROOM, SERIES)}
    for position, id in enumerate(definition.content["series"]):
        if id not in known:
            yield f"/series/{position}: there is no {ROOM}/{SERIES}/{id}"
    for place in ("after", "before"):
        for code in definition.content["immunoglobulin"][place]["vaccines"]:
            if code not in vaccines():
                yield f"/immunoglobulin/{place}: {code!r} is not in the list of vaccines"


def run_case(definition: Definition, case: Mapping[str, Any]) -> str:
    """What is wrong with a worked case, or nothing.

    A case: `name` {zh, en}; `child` (the fields of an input line, `given` as pairs of vaccine and day);
    `day`; `expect`: rows, each with the fields that matter; `absent`: vaccines that must have no row.
    """
    on = case["day"]
    try:
        child = read_child(_line(case["child"]), on=on.toordinal())
        rows = [_plain(row) for row in forecast(child, on=on).rows]
    except KangmaiError as error:
        return f"{case['name']['en']}: {error}"
    wrong = [_show(wanted) for wanted in case["expect"] if not _is_among(wanted, rows)]
    wrong += [f"{each} absent" for each in case.get("absent", ()) if _has(each, rows)]
    if not wrong:
        return ""
    codes = {each["vaccine"] for each in case["expect"]}
    found = "\n    ".join(str(row) for row in rows if row["vaccine"] in codes)
    return f"{case['name']['en']}: expected {'; '.join(wrong)}, found\n    {found}"


def _line(child: Mapping[str, Any]) -> dict[str, Any]:
    given = [
        {"vaccine": vaccine, "date": day.isoformat()} for vaccine, day in child.get("given", ())
    ]
    days = [day.isoformat() for day in child.get("immunoglobulin_dates", ())]
    return {
        **child,
        "birth_date": child["birth_date"].isoformat(),
        "given": given,
        "immunoglobulin_dates": days,
    }


def _plain(row: Row) -> dict[str, Any]:
    plain = row._asdict() | {"status": row.status.value, "reason": say(row.reasons, "en")}
    for name in ("earliest", "recommended", "latest", "given"):
        plain[name] = None if plain[name] is None else iso(plain[name])
    del plain["reasons"]
    return plain


def _is_among(wanted: Mapping[str, Any], rows: list[dict[str, Any]]) -> bool:
    return any(all(_agrees(name, value, row) for name, value in wanted.items()) for row in rows)


def _agrees(name: str, value: Any, row: dict[str, Any]) -> bool:
    wanted = value.isoformat() if isinstance(value, date) else value
    if name == "reason":
        return str(wanted) in row["reason"]
    return bool(row.get(name) == wanted)


def _has(vaccine: str, rows: list[dict[str, Any]]) -> bool:
    return any(row["vaccine"] == vaccine for row in rows)


def _show(wanted: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in wanted.items())


register_checker(ROOM, SERIES, check_series)
register_checker(ROOM, PROGRAMME, check_programme)
register_case_runner(ROOM, SERIES, run_case)

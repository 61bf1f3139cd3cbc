"""What more must hold of the definition of tasks."""

from collections.abc import Iterator

from kangmai.epidemic.tasks.rulebook import KIND, ROOM
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_rule(definition: Definition) -> Iterator[str]:
    """Kinds that stand there twice, services that are no tasks, measuring where nobody is followed."""
    content = definition.content
    kinds = {each["id"]: each for each in content["tasks"]}
    for name in ("tasks", "needs"):
        ids = [each["id"] for each in content[name]]
        yield from (f"/{name}: {id!r} stands there twice" for id in set(ids) if ids.count(id) > 1)
    for n, task in enumerate(content["tasks"]):
        if task.get("measures") and task["about"] != "contact":
            yield f"/tasks/{n}: only a task about a contact measures"
    for n, need in enumerate(content["needs"]):
        if kinds.get(need["service"], {}).get("about") != "resident":
            yield f"/needs/{n}/service: {need['service']!r} is no task about a resident"
        if need.get("alone") and "from_age" not in need:
            yield f"/needs/{n}: who lives alone is found by age, so give from_age"


definitions.register_checker(ROOM, KIND, lambda each: list(check_rule(each)))

"""The injection itself: a package scanned, every block looked for, one transaction for record and stock."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import orjson
from django.db import transaction

from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.vaccination import events, fhir, history, models, rules
from kangmai.programmes.vaccination.actions.visiting import after_a_dose
from kangmai.programmes.vaccination.errors import (
    Blocked,
    NotConfirmed,
    NothingChosen,
    ObservationRuns,
    SiteUnknown,
    WrongStep,
)
from kangmai.programmes.vaccination.packages import read_code
from kangmai.programmes.vaccination.reading import package_of, visit_of
from kangmai.programmes.vaccination.types import (
    Block,
    DoseState,
    EntryKind,
    File,
    Injected,
    Rule,
    Step,
    Visit,
)
from kangmai.programmes.vaccination.writing import (
    Move,
    Note,
    digest,
    earlier,
    enter,
    given_reason,
    known_vaccine,
    locked_visit,
    resident_of,
    save_visit,
    today,
)
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from kangmai.registry import queries as registry


def inject(
    *,
    visit_id: UUID,
    vaccine: str,
    code: str,
    site: str,
    route: str,
    confirmed: Collection[str],
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Injected:
    """Give a planned dose from the package that was scanned.

    The Immunization, the fall of the stock by one and the step of the visit are one transaction: all of it or
    nothing, and sent twice it is done once.

    Args:
        code: the traceability code as scanned; it decides product, lot and expiry.
        confirmed: ids of the checks that were gone through; every one is needed.

    Raises:
        NotPermitted, VisitNotFound, WrongStep, SiteUnknown, TraceCodeUnreadable, NotConfirmed, NothingChosen
        Blocked: with every reason, nothing is written.
        KeyReused
    """
    on = today(at)
    rule = rules.rule(on=on)
    if site not in rule.sites or route not in rule.routes:
        raise SiteUnknown(value=(site if site not in rule.sites else route)[:8])
    scanned = read_code(code, rule=rule)
    content = digest("inject", visit_id, known_vaccine(vaccine), scanned, site, route)
    with transaction.atomic():
        row = locked_visit(visit_id, steps=Step, expected_version=None, actor=actor)
        if (entry := earlier(key, content, actor)) is not None:
            return Injected(visit_of(row), entry.dose.immunization, is_repeated=True)
        if row.step != Step.AGREED.value:
            raise WrongStep(step=row.step)
        if not rules.checks_of(rule) <= set(confirmed):
            raise NotConfirmed()
        dose = row.doses.filter(vaccine=vaccine, state=DoseState.PLANNED.value).first()
        if dose is None:
            raise NothingChosen()
        resident = resident_of(row, actor=actor, at=at)
        file = history.file_of(resident, actor=actor, at=at)
        way = rules.blocks_of_way(vaccine, site=site, route=route, rule=rule)
        package = _package(scanned, row, vaccine, file, way)
        dose.immunization = _record(row, dose, package, site, route, resident, rule, actor, at)
        dose.entry = enter(
            EntryKind.INJECTION,
            [Move(package, package.fridge_id, -1)],
            Note(row.organization, package.fridge_id),
            key=key,
            content=content,
            actor=actor,
            at=at,
        )
        _give(dose, package, site, route, actor, at)
        after_a_dose(row, at)
        save_visit(row, "step", "observed_from")
        data = {"organization": row.organization, "vaccine": vaccine, "lot": str(package.lot_id), "resident": row.resident_id}  # fmt: skip
        write_down_and_announce(
            events.INJECTED, "Immunization", dose.immunization, data=data, subjects=[resident.patient_rid], actor=actor, at=at
        )  # fmt: skip
    return Injected(visit_of(row), dose.immunization)


def _package(
    code: str, row: models.Visit, vaccine: str, file: File, way: tuple[Block, ...]
) -> models.Package:
    """The package, locked with its lot, if nothing keeps this dose from being given, this way. Raises Blocked."""
    package = (
        models.Package.objects.select_for_update(of=("self", "lot"))
        .select_related("lot", "fridge")
        .filter(code=code)
        .first()
    )
    seen = package_of(package) if package else None
    found = rules.blocks(file, vaccine, seen, organization=row.organization, on=file.on) + way
    if found or package is None:
        raise Blocked(found)
    return package


def _record(
    row: models.Visit,
    dose: models.VisitDose,
    package: models.Package,
    site: str,
    route: str,
    resident: Resident,
    rule: Rule,
    actor: Actor,
    at: datetime,
) -> str:
    """Store the Immunization as the clinic's; its id."""
    names = registry.names_by_id(ids=[row.organization])
    resource = fhir.injection(
        patient=resident.patient_id,
        lot=package_of(package).lot,
        trace_code=package.code,
        dose=dose.dose,
        site=rule.sites[site],
        route=rule.routes[route],
        vaccinator=actor.name,
        institution=names.get(row.organization, ""),
        at=at,
    )
    source = Source(actor.client or actor.name, OrganizationId(row.organization))
    operation = Operation(Verb.CREATE, "Immunization", raw=orjson.dumps(resource))
    return records.transact([operation], source=source, actor=actor, at=at)[0].id


def _give(
    dose: models.VisitDose,
    package: models.Package,
    site: str,
    route: str,
    actor: Actor,
    at: datetime,
) -> None:
    dose.package, dose.site, dose.route = package, site, route
    dose.state, dose.given_at, dose.given_by = DoseState.GIVEN.value, at, actor.account
    dose.save()


def release(
    *, visit_id: UUID, reason: str = "", expected_version: int, actor: Actor, at: datetime
) -> Visit:
    """Let go whoever was watched long enough, or earlier with a reason; the next appointment is made.

    Raises:
        NotPermitted, VisitNotFound, ChangedMeanwhile, WrongStep
        ObservationRuns: it is too early and nobody said why.
    """
    with transaction.atomic():
        row = locked_visit(visit_id, steps=(Step.OBSERVED,), expected_version=expected_version, actor=actor)  # fmt: skip
        assert row.observed_from is not None
        until = rules.observed_until(row.observed_from, rule=rules.rule(on=row.on))
        if at < until:
            if not reason.strip():
                raise ObservationRuns(until=until.astimezone(fhir.LEGAL_TIME).strftime("%H:%M"))
            row.note = given_reason(reason)
        resident = resident_of(row, actor=actor, at=at)
        file = history.file_of(resident, actor=actor, at=at)
        row.next_on, next_vaccines = rules.next_appointment(file, on=today(at))
        row.next_vaccines = list(next_vaccines)
        row.released_at, row.step = at, Step.DONE.value
        save_visit(row, "note", "next_on", "next_vaccines", "released_at", "step")
        data = {"organization": row.organization, "resident": row.resident_id, "early": at < until}
        write_down_and_announce(
            events.RELEASED, "ClinicVisit", row.id, data=data, subjects=[resident.patient_rid], reason=row.note, actor=actor, at=at
        )  # fmt: skip
    return visit_of(row)

"""From rows to values."""

from collections.abc import Iterable

from kangmai.kernel import sealing
from kangmai.programmes.vaccination import models, rules
from kangmai.programmes.vaccination.types import (
    Aefi,
    AefiState,
    Breach,
    BreachLot,
    DoseState,
    Logger,
    Lot,
    Package,
    Planned,
    Severity,
    Step,
    Verdict,
    Visit,
)


def lot_of(row: models.Lot) -> Lot:
    """A lot."""
    return Lot(
        row.id,
        row.vaccine,
        row.product,
        row.maker,
        row.number,
        row.expires_on,
        row.recalled_on,
        row.recall_reason,
        row.version,
    )


def package_of(row: models.Package) -> Package:
    """A package with its lot and where it is."""
    return Package(
        row.id,
        row.code,
        lot_of(row.lot),
        row.fridge_id,
        row.fridge.organization,
        row.doses,
        row.left,
        row.quarantine_id is not None,
    )


def visit_of(row: models.Visit) -> Visit:
    """A visit with its doses."""
    doses = sorted(row.doses.all(), key=lambda each: each.id)
    until = None
    if row.observed_from is not None:
        until = rules.observed_until(row.observed_from, rule=rules.rule(on=row.on))
    return Visit(
        id=row.id,
        organization=row.organization,
        resident_id=row.resident_id,
        on=row.on,
        number=row.number,
        step=Step(row.step),
        arrived_at=row.arrived_at,
        temperature=None if row.temperature is None else float(row.temperature),
        consent_by=row.consent_by,
        consented_at=row.consented_at,
        observed_from=row.observed_from,
        observe_until=until,
        released_at=row.released_at,
        note=row.note,
        next_on=row.next_on,
        next_vaccines=tuple(row.next_vaccines),
        version=row.version,
        doses=tuple(_planned(each) for each in doses),
    )


def _planned(row: models.VisitDose) -> Planned:
    return Planned(
        row.id,
        row.vaccine,
        row.dose,
        DoseState(row.state),
        row.drop_reason,
        row.given_at,
        row.immunization,
        row.site,
        row.package.lot.number if row.package else "",
    )


def logger_of(row: models.Logger) -> Logger:
    """A logger."""
    return Logger(row.id, row.fridge_id, row.name, row.registered_at, row.seen_at, row.stopped_at)


def breach_of(row: models.Breach) -> Breach:
    """A break of the cold chain with the lots it put aside."""
    return Breach(
        row.id,
        row.fridge_id,
        row.fridge.name,
        row.fridge.organization,
        row.began_at,
        row.ended_at,
        float(row.lowest),
        float(row.highest),
        row.version,
        tuple(_breach_lots(row.lots.all())),
    )


def _breach_lots(rows: Iterable[models.BreachLot]) -> Iterable[BreachLot]:
    for each in sorted(rows, key=lambda one: one.id):
        yield BreachLot(
            each.id,
            lot_of(each.lot),
            each.doses,
            Verdict(each.verdict),
            each.reason,
            each.decided_at,
        )


def seal_narrative(id: object, text: str) -> tuple[int, bytes]:
    """What is told of a reaction, bound to its card: key and sealed text."""
    return sealing.seal(text.encode(), bound_to=f"vaccination.aefi|{id}".encode())


def aefi_of(row: models.Aefi) -> Aefi:
    """A report card."""
    told = sealing.unseal(
        row.narrative_key, bytes(row.narrative), bound_to=f"vaccination.aefi|{row.id}".encode()
    )
    return Aefi(
        id=row.id,
        resident_id=row.resident_id,
        organization=row.organization,
        place_code=row.place_code,
        vaccines=tuple(row.vaccines),
        vaccinated_on=row.vaccinated_on,
        onset_at=row.onset_at,
        found_at=row.found_at,
        reaction=row.reaction,
        severity=Severity(row.severity),
        state=AefiState(row.state),
        class_code=row.class_code,
        narrative=told.decode(),
        review_note=row.review_note,
        reported_at=row.reported_at,
        reviewed_at=row.reviewed_at,
        version=row.version,
    )

"""The ledger of doses: what came, went elsewhere, was counted or thrown away; lots recalled."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.programmes.vaccination import events, models, rules
from kangmai.programmes.vaccination.errors import (
    CodeKnown,
    CodeOfOtherProduct,
    CodeTwice,
    DosesWrong,
    Expired,
    KindUnknown,
    LotDiffers,
    LotNotFound,
    NameTaken,
    NothingChosen,
    NotThere,
    PackageUnknown,
    ReasonMissing,
    WasRecalled,
)
from kangmai.programmes.vaccination.packages import read_code
from kangmai.programmes.vaccination.reach import KEEP, RECALL, desk
from kangmai.programmes.vaccination.reading import lot_of
from kangmai.programmes.vaccination.types import EntryKind, Fridge, Lot, PackageLine, Rule
from kangmai.programmes.vaccination.writing import (
    Move,
    Note,
    digest,
    earlier,
    enter,
    given_reason,
    kept_fridge,
    known_vaccine,
    today,
)

MOST_DOSES = 100
"""Of one package: a box of multi-dose vials."""


def add_fridge(*, name: str, kind: str, actor: Actor, at: datetime) -> Fridge:
    """Put a cold place of the actor's institution into the list; its limits are those of its kind.

    Raises:
        NotPermitted, KindUnknown, NameTaken, ReasonMissing (it has no name)
    """
    organization, place_code = desk(actor, KEEP)
    found = rules.rule(on=today(at)).fridges.get(kind)
    if found is None:
        raise KindUnknown(kind=kind[:20])
    try:
        with transaction.atomic():
            row = models.Fridge.objects.create(
                id=uuid7(),
                organization=organization,
                place_code=place_code,
                name=given_reason(name)[:60],
                kind=kind,
                low=found.low,
                high=found.high,
            )
            write_down_and_announce(
                events.BOOKED,
                "Fridge",
                row.id,
                data={"organization": organization},
                actor=actor,
                at=at,
            )
    except IntegrityError:
        raise NameTaken() from None
    return Fridge(row.id, organization, row.name, kind, found.low, found.high)


def receive(
    *,
    fridge_id: UUID,
    lines: Sequence[PackageLine],
    supplier: str = "",
    document: str = "",
    key: UUID,
    actor: Actor,
    at: datetime,
) -> int:
    """Take packages in by their codes; all lines or none. How many doses came.

    Raises:
        NotPermitted, FridgeNotFound, NothingChosen, TraceCodeUnreadable, CodeTwice, DosesWrong, VaccineUnknown
        CodeKnown, LotDiffers, CodeOfOtherProduct, Expired, WasRecalled, KeyReused
    """
    on = today(at)
    rule = rules.rule(on=on)
    sound = _sound(lines, rule, on)
    content = digest("receive", fridge_id, sound, supplier, document)
    with transaction.atomic():
        fridge = kept_fridge(fridge_id, actor=actor)
        if earlier(key, content, actor) is not None:
            return sum(each.doses for each in sound)
        _require_new(sound, rule)
        packages = [
            models.Package(
                id=uuid7(),
                code=each.code,
                lot=_lot(each),
                fridge=fridge,
                doses=each.doses,
                left=0,
            )
            for each in sound
        ]
        models.Package.objects.bulk_create(packages, batch_size=1000)
        moves = [Move(each, fridge.id, each.doses) for each in packages]
        note = Note(fridge.organization, fridge.id, partner=supplier, document=document)
        entry = enter(EntryKind.RECEIPT, moves, note, key=key, content=content, actor=actor, at=at)
        _tell(entry, actor, at)
    return sum(each.doses for each in sound)


def _sound(lines: Sequence[PackageLine], rule: Rule, on: date) -> tuple[PackageLine, ...]:
    """The lines with codes read; each stands once, holds doses of a known vaccine and has not expired."""
    if not lines:
        raise NothingChosen()
    found: dict[str, PackageLine] = {}
    for each in lines:
        code = read_code(each.code, rule=rule)
        if code in found:
            raise CodeTwice(tail=code[-4:])
        if not 1 <= each.doses <= MOST_DOSES:
            raise DosesWrong(most=MOST_DOSES)
        if not (each.product.strip() and each.maker.strip() and each.lot.strip()):
            raise ReasonMissing()
        if each.expires_on < on:
            raise Expired(lot=each.lot[:40], day=each.expires_on)
        found[code] = PackageLine(
            code,
            known_vaccine(each.vaccine),
            each.product.strip()[:120],
            each.maker.strip()[:120],
            each.lot.strip()[:40],
            each.expires_on,
            each.doses,
        )
    return tuple(found.values())


def _require_new(lines: Sequence[PackageLine], rule: Rule) -> None:
    """No code is here already, and none begins like the codes of another vaccine."""
    known = models.Package.objects.filter(code__in=[each.code for each in lines])
    if (found := known.values_list("code", flat=True).first()) is not None:
        raise CodeKnown(tail=found[-4:])
    of_product: dict[str, str] = {}
    for each in lines:
        head = each.code[: rule.product_digits]
        if head not in of_product:
            other = models.Package.objects.filter(code__gte=head, code__lt=head + ":")
            of_product[head] = other.values_list("lot__vaccine", flat=True).first() or each.vaccine
        if of_product[head] != each.vaccine:
            raise CodeOfOtherProduct(tail=each.code[-4:])


def _lot(line: PackageLine) -> models.Lot:
    """The lot of a line, made if it is new. Raises LotDiffers, WasRecalled."""
    row, _is_new = models.Lot.objects.get_or_create(
        maker=line.maker,
        product=line.product,
        number=line.lot,
        defaults={"id": uuid7(), "vaccine": line.vaccine, "expires_on": line.expires_on},
    )
    if (row.vaccine, row.expires_on) != (line.vaccine, line.expires_on):
        raise LotDiffers(lot=line.lot)
    if row.recalled_on is not None:
        raise WasRecalled(lot=line.lot)
    return row


def move(
    *,
    fridge_id: UUID,
    to_fridge_id: UUID,
    lot_id: UUID,
    packages: int,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> int:
    """Bring whole packages of a lot into another cold place that the actor keeps; what is put aside stays so.

    Raises:
        NotPermitted, FridgeNotFound, NothingChosen, NotThere, KeyReused
    """
    if packages < 1 or fridge_id == to_fridge_id:
        raise NothingChosen()
    content = digest("move", fridge_id, to_fridge_id, lot_id, packages)
    with transaction.atomic():
        first, second = sorted((fridge_id, to_fridge_id))
        both = {each: kept_fridge(each, actor=actor) for each in (first, second)}
        if earlier(key, content, actor) is not None:
            return packages
        held = _held(fridge_id, lot_id)
        if len(held) < packages:
            raise NotThere(available=len(held), wanted=packages)
        moves = []
        for each in held[:packages]:
            moves += [Move(each, fridge_id, -each.left), Move(each, to_fridge_id, each.left)]
            each.fridge_id = to_fridge_id
        note = Note(both[fridge_id].organization, fridge_id, to_fridge_id)
        entry = enter(EntryKind.MOVE, moves, note, key=key, content=content, actor=actor, at=at)
        _tell(entry, actor, at)
    return packages


def _held(fridge_id: UUID, lot_id: UUID) -> list[models.Package]:
    """The packages of a lot with something left, opened ones first; locked."""
    rows = models.Package.objects.select_for_update().filter(fridge_id=fridge_id, lot_id=lot_id, left__gt=0)  # fmt: skip
    return sorted(rows, key=lambda each: (each.left == each.doses, each.code))


def waste(*, codes: Collection[str], reason: str, key: UUID, actor: Actor, at: datetime) -> int:
    """Throw away what is left of packages; how many doses.

    Raises:
        NotPermitted, ReasonMissing, TraceCodeUnreadable, NothingChosen, PackageUnknown, NotThere, KeyReused
    """
    rule = rules.rule(on=today(at))
    read = sorted({read_code(each, rule=rule) for each in codes})
    why = given_reason(reason)
    if not read:
        raise NothingChosen()
    content = digest("waste", tuple(read), why)
    with transaction.atomic():
        require(actor, KEEP)
        if (first := earlier(key, content, actor)) is not None:
            return -sum(first.movements.values_list("quantity", flat=True))
        rows = list(models.Package.objects.select_for_update().filter(code__in=read).order_by("code"))  # fmt: skip
        if len(rows) < len(read):
            raise PackageUnknown()
        if len({each.fridge_id for each in rows}) > 1:
            raise NothingChosen()
        fridge = kept_fridge(rows[0].fridge_id, actor=actor)
        left = [each for each in rows if each.left]
        if not left:
            raise NotThere(available=0, wanted=1)
        return throw_away(left, fridge, why, key=key, content=content, actor=actor, at=at)


def throw_away(
    rows: Sequence[models.Package],
    fridge: models.Fridge,
    reason: str,
    *,
    key: UUID,
    content: bytes,
    actor: Actor,
    at: datetime,
) -> int:
    """Book what is left of locked packages as waste; how many doses."""
    moves = [Move(each, each.fridge_id, -each.left) for each in rows]
    note = Note(fridge.organization, fridge.id, reason=reason)
    entry = enter(EntryKind.WASTE, moves, note, key=key, content=content, actor=actor, at=at)
    _tell(entry, actor, at)
    return -sum(each.quantity for each in moves)


def count(
    *,
    fridge_id: UUID,
    lot_id: UUID,
    found: int,
    reason: str = "",
    key: UUID,
    actor: Actor,
    at: datetime,
) -> int:
    """Say how many doses of a lot were found; what is missing is booked off. The difference.

    More than the books say cannot be: what has a code is received by it.

    Raises:
        NotPermitted, FridgeNotFound, NotThere, ReasonMissing, KeyReused
    """
    content = digest("count", fridge_id, lot_id, found, reason)
    with transaction.atomic():
        fridge = kept_fridge(fridge_id, actor=actor)
        if (first := earlier(key, content, actor)) is not None:
            return sum(first.movements.values_list("quantity", flat=True))
        held = _held(fridge_id, lot_id)
        booked = sum(each.left for each in held)
        if not 0 <= found <= booked:
            raise NotThere(available=booked, wanted=found)
        moves = _missing(held, booked - found)
        why = given_reason(reason) if moves else reason
        note = Note(fridge.organization, fridge.id, reason=why)
        entry = enter(EntryKind.COUNT, moves, note, key=key, content=content, actor=actor, at=at)
        _tell(entry, actor, at)
    return found - booked


def _missing(held: Sequence[models.Package], missing: int) -> list[Move]:
    moves = []
    for each in held:
        taken = min(each.left, missing)
        if taken:
            moves.append(Move(each, each.fridge_id, -taken))
            missing -= taken
    return moves


def recall(*, lot_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime) -> Lot:
    """Recall a lot everywhere: from now on no dose of it can be given.

    Raises:
        NotPermitted, LotNotFound, ReasonMissing, ChangedMeanwhile, WasRecalled
    """
    require(actor, RECALL)
    why = given_reason(reason)
    with transaction.atomic():
        row = models.Lot.objects.select_for_update().filter(pk=lot_id).first()
        if row is None:
            raise LotNotFound()
        if row.recalled_on is not None:
            raise WasRecalled(lot=row.number)
        require_version(row.version, expected_version)
        row.recalled_on, row.recall_reason, row.recalled_by = today(at), why, actor.account
        row.version += 1
        row.save(update_fields=["recalled_on", "recall_reason", "recalled_by", "version"])
        write_down_and_announce(events.RECALLED, "VaccineLot", row.id, data={"vaccine": row.vaccine}, reason=why, actor=actor, at=at)  # fmt: skip
    return lot_of(row)


def _tell(entry: models.Entry, actor: Actor, at: datetime) -> None:
    data = {"organization": entry.organization, "kind": entry.kind}
    write_down_and_announce(
        events.BOOKED, "VaccineEntry", entry.id, data=data, reason=entry.reason, actor=actor, at=at
    )

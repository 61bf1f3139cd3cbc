"""What was typed and not saved is kept for its author, sealed, and forgotten in time."""

import datetime
from dataclasses import replace

import pytest

from kangmai.forms import actions, errors, models, queries
from kangmai.identity.errors import ResidentNotFound
from kangmai.kernel.actor import NotPermitted
from tests.factories import forms as factory
from tests.factories.forms import AT, FOLLOW_UP, doctor, follow_up, neighbour

TYPED = {"systolic": "１４２ ", "symptoms": ("2", "3"), "drugs.0.name": "氨氯地平"}


def keep(resident, *, actor=None, typed=TYPED, occasion="", at=AT):
    actions.save_draft(
        form=follow_up(), resident_id=resident.id, given=typed, occasion=occasion,
        actor=actor or doctor(), at=at,
    )  # fmt: skip


def found(resident, *, actor=None, occasion=""):
    return queries.find_draft(
        follow_up(), resident_id=resident.id, occasion=occasion, actor=actor or doctor()
    )


def test_draft_comes_back_as_it_was_typed(database):
    resident = factory.resident()
    keep(resident)
    draft = found(resident)
    assert draft.given == {
        "systolic": "１４２ ",
        "symptoms": ["2", "3"],
        "drugs.0.name": "氨氯地平",
    }
    assert (draft.form_version, draft.saved_at) == (datetime.date(2017, 2, 28), AT)
    keep(resident, typed={"systolic": "150"})
    assert found(resident).given == {"systolic": "150"}
    assert models.Draft.objects.count() == 1


def test_draft_is_sealed_and_its_authors_alone(database):
    resident = factory.resident()
    keep(resident)
    row = models.Draft.objects.get()
    assert "氨氯地平".encode() not in bytes(row.sealed)
    assert found(resident, actor=replace(doctor(), account=2)) is None
    assert found(resident, occasion="visit:1") is None


def test_neighbour_and_reader_keep_none(database):
    resident = factory.resident()
    with pytest.raises(ResidentNotFound):
        keep(resident, actor=neighbour())
    with pytest.raises(NotPermitted):
        keep(resident, actor=doctor(permissions=["records.read", "identity.search"]))
    assert models.Draft.objects.count() == 0


def test_saving_and_discarding_forget_it(database):
    resident = factory.resident()
    keep(resident)
    actions.discard_draft(form=follow_up(), resident_id=resident.id, actor=doctor())
    assert found(resident) is None
    keep(resident)
    keep(resident, occasion="visit:1")
    actions.save_answers(
        form=follow_up(), resident_id=resident.id, given=FOLLOW_UP, key="key-00000001",
        actor=doctor(), at=AT,
    )  # fmt: skip
    assert found(resident) is None
    assert found(resident, occasion="visit:1") is not None


def test_month_old_drafts_are_forgotten(database):
    resident = factory.resident()
    keep(resident)
    assert actions.forget_drafts(at=AT + datetime.timedelta(days=30)) == 0
    assert actions.forget_drafts(at=AT + datetime.timedelta(days=30, seconds=1)) == 1


def test_draft_of_a_novel_is_refused(database):
    with pytest.raises(errors.DraftTooLarge, match="65536"):
        keep(factory.resident(), typed={"tests": "长" * 30_000})
    assert models.Draft.objects.count() == 0

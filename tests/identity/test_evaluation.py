"""What the index did by itself and what people found since, by group and by model version."""

import datetime
from dataclasses import replace

import pytest
from django.test import override_settings

from kangmai.identity import actions, queries
from kangmai.identity.index.frequencies import model_version, residents_expected, weights
from kangmai.identity.matching.learning.weights import base_definition, base_weights, fields_of
from kangmai.identity.matching.rules import read_model
from kangmai.identity.types import Evaluation, PatientGroup, Verdict
from kangmai.kernel import feed
from kangmai.kernel.actor import NotPermitted
from tests.factories.actors import actor
from tests.factories.people import AT, LI, OPERATOR, card, number, patient_saying, register, send

LATER = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
EARLIER = LATER - datetime.timedelta(days=3)
ELDER = replace(LI, name="黄桂兰", sex_code="2", birth_date=datetime.date(1940, 3, 17), documents=card(number(datetime.date(1940, 3, 17), 22)), phones=("13700000009",), mother="", address="北路1号")  # fmt: skip


def test_figures_by_group_and_model_and_weights_from_decisions(database, tmp_path):
    resident, elder = register(LI), register(ELDER)
    patients = send(
        patient_saying(LI),
        patient_saying(replace(LI, address="东路9号")),
        patient_saying(replace(LI, name="李四", documents=(), phones=())),
        patient_saying(replace(ELDER, documents=())),
        patient_saying(replace(LI, name="欧阳远山", birth_date=datetime.date(1970, 1, 2), documents=card(number(datetime.date(1970, 1, 2), 31)), phones=(), mother="", address="")),
    )  # fmt: skip
    feed.drain()
    (case,) = [c for c in queries.search_reviews(actor=OPERATOR, at=AT) if c.kind == "patient"]
    actions.decide(case.id, Verdict.SAME, resident_id=resident.id, expected_version=case.version, actor=OPERATOR, at=AT)  # fmt: skip
    actions.separate_patients(resident.id, [patients[1]], reason="别人的", actor=OPERATOR, at=AT)
    found = queries.evaluate_groups(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), LATER, actor=OPERATOR)  # fmt: skip
    everybody = found[PatientGroup.ALL]
    assert (everybody.arrived, everybody.linked, everybody.confirmed, everybody.wrong) == (
        5,
        2,
        1,
        1,
    )
    assert (everybody.precision, everybody.recall) == (2 / 3, 2 / 4)
    assert found[PatientGroup.INFANT] == Evaluation()
    assert found[PatientGroup.INFANT].precision is None
    assert (found[PatientGroup.ELDERLY].arrived, found[PatientGroup.ELDERLY].recall) == (1, 1.0)
    assert found[PatientGroup.UNNUMBERED].arrived == 2
    models = queries.evaluate_models(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), LATER, actor=OPERATOR)  # fmt: skip
    assert sum(each.arrived for each in models.values()) == 5
    assert model_version(residents_expected(AT)) in models
    assert queries.evaluate_groups(LATER, LATER, actor=OPERATOR)[PatientGroup.ALL] == Evaluation()
    trained = queries.train_from_decisions(actor=OPERATOR)
    assert (trained.matches, trained.households) == (2, 0)  # one by hand, one by its number
    path = tmp_path / "model.json"
    path.write_text(trained.model, encoding="utf-8")
    learned, base = (fields_of(each)["phone"] for each in (read_model(path)[0], base_weights()))
    strength = base_definition()["strength"]["match"]
    assert learned["equal"]["match"] == pytest.approx((1 + strength * 0.6) / (1 + strength))
    assert learned["equal"]["household"] == pytest.approx(base["equal"]["household"])
    with override_settings(MATCHING_MODEL=path):
        weights.cache_clear()
        assert fields_of(weights())["phone"]["equal"] == pytest.approx(learned["equal"])
    weights.cache_clear()
    with pytest.raises(NotPermitted):
        queries.evaluate_groups(EARLIER, LATER, actor=actor(permissions=("identity.search",)))
    assert elder.id != resident.id

"""E-health cards: issued once, shown for a minute and one use, refused with a clear answer in every other case."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.identity import actions as residents
from kangmai.identity.cards import actions, codes, errors, models, queries, rules, signatures
from kangmai.identity.cards.types import (
    Algorithm,
    Bearer,
    Carrier,
    Code,
    CodeKind,
    OfflineUse,
    Outcome,
    PublicKey,
    Scene,
    State,
)
from kangmai.kernel import audit
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day
from tests.factories.actors import actor
from tests.factories.cards import (
    DESK,
    HOSPITAL,
    OTHER_TOWN,
    PIN,
    himself,
    issue,
    later,
    shown,
    use,
)
from tests.factories.concurrency import at_once
from tests.factories.people import AT, LI, NEIGHBOUR, OPERATOR, card, number, register

DAY = legal_day(AT)
POLICY = rules.policy(on=DAY)
SECRET = bytes(range(32))


def other_key(secret: bytes = SECRET, *, city: str = "4412", id: int = 7, **more) -> PublicKey:
    public = signatures.public_key(Algorithm.ED25519, secret)
    return PublicKey(id, Algorithm.ED25519, city, public, AT, **more)


def code_of(
    number: str, *, key_id: int = 7, kind=CodeKind.DYNAMIC, at=AT, nonce=b"12345678"
) -> str:
    said = Code(kind, Bearer.SELF, key_id, number, at, nonce)
    return codes.written(said, lambda text: signatures.sign(Algorithm.ED25519, SECRET, text))


NUMBER = rules.card_number("4412", 42)


def reader(*keys: PublicKey) -> rules.Reader:
    return rules.Reader(keys or (other_key(),), policy=POLICY)


# --- what a reader without a line finds


def test_offline_reader_accepts_once_for_a_minute():
    text, offline = code_of(NUMBER), reader()
    assert len(text) == codes.TEXT_LENGTH == 147
    assert text.isalnum() and text.isupper()
    assert offline.read(text, at=later(59)).outcome is Outcome.ACCEPTED
    assert offline.read(text, at=later(60)).outcome is Outcome.REPLAYED
    assert reader().read(text, at=later(64.9)).outcome is Outcome.ACCEPTED
    assert reader().read(text, at=later(65)).outcome is Outcome.EXPIRED
    assert reader().read(text, at=later(-6)).outcome is Outcome.EARLY


def test_offline_reader_forgets_only_what_has_expired():
    offline = reader()
    first = code_of(NUMBER, nonce=b"00000001")
    offline.read(first, at=AT)
    for step in range(1, 200):
        made = code_of(NUMBER, at=later(step), nonce=step.to_bytes(8, "big"))
        assert offline.read(made, at=later(step)).outcome is Outcome.ACCEPTED
        assert offline.read(first, at=later(step)).outcome in (Outcome.REPLAYED, Outcome.EXPIRED)


def test_what_a_hand_scanner_does_to_the_text_does_no_harm():
    text = code_of(NUMBER)
    assert reader().read(f" {text.lower()}\r\n", at=AT).outcome is Outcome.ACCEPTED


@given(st.integers(0, 25), st.integers(0, 7))
def test_every_changed_bit_of_the_content_is_noticed(byte, bit):
    said, signature = codes.read(code_of(NUMBER))[1:]
    changed = bytearray(said)
    changed[byte] ^= 1 << bit
    import base64

    text = codes.PREFIX + base64.b32encode(bytes(changed) + signature).decode()
    assert reader().read(text, at=AT).outcome is not Outcome.ACCEPTED


@given(st.text(max_size=200))
@settings(max_examples=50)
def test_any_text_gets_an_answer(text):
    assert reader().read(text, at=AT).outcome is Outcome.UNREADABLE
    assert not isinstance(rules.presented(text, on=DAY), str) or rules.presented(text, on=DAY)


@pytest.mark.parametrize(
    ("made", "keys", "outcome"),
    [
        (code_of(NUMBER), [other_key(bytes(32))], Outcome.FORGED),
        (code_of(NUMBER, key_id=8), [other_key()], Outcome.KEY_UNKNOWN),
        (code_of(rules.card_number("4453", 42)), [other_key()], Outcome.OTHER_CITY),
        (code_of(rules.card_number("4453", 42), key_id=9), [other_key()], Outcome.OTHER_CITY),
        (code_of(NUMBER), [other_key(to_at=later(-30))], Outcome.KEY_REVOKED),
        (code_of(NUMBER), [other_key(revoked_at=later(-30))], Outcome.KEY_REVOKED),
        (code_of(NUMBER, kind=CodeKind.STATIC), [other_key()], Outcome.FACTOR_MISSING),
        (
            code_of(NUMBER, kind=CodeKind.STATIC),
            [other_key(to_at=later(-9))],
            Outcome.FACTOR_MISSING,
        ),
        ("KM1AAAA", [other_key()], Outcome.UNREADABLE),
    ],
)
def test_offline_answers(made, keys, outcome):
    reading = reader(*keys).read(made, at=AT)
    assert reading.outcome is outcome
    for language in ("zh", "en"):
        assert rules.answer(outcome, language, number=NUMBER)


def test_other_city_is_named():
    told = rules.answer(Outcome.OTHER_CITY, "zh", number=rules.card_number("4453", 1))
    assert "4453" in told or "云浮" in told


def test_national_algorithm():
    pytest.importorskip("gmalg")
    public = signatures.public_key(Algorithm.SM2, SECRET)
    said = Code(CodeKind.DYNAMIC, Bearer.GUARDIAN, 3, NUMBER, AT, b"abcdefgh")
    text = codes.written(said, lambda message: signatures.sign(Algorithm.SM2, SECRET, message))
    key = PublicKey(3, Algorithm.SM2, "4412", public, AT)
    assert reader(key).read(text, at=AT).outcome is Outcome.ACCEPTED
    wrong = replace(key, public=signatures.public_key(Algorithm.SM2, bytes(range(1, 33))))
    assert reader(wrong).read(text, at=AT).outcome is Outcome.FORGED


def test_key_list_is_read_as_written():
    keys = (other_key(), other_key(id=8, to_at=AT, revoked_at=later(5)))
    assert rules.read_key_list(rules.key_list(keys), place="keys.json") == keys
    with pytest.raises(errors.KeyListUnreadable):
        rules.read_key_list('{"keys": [{"id": 1}]}', place="keys.json")


def test_card_number_has_a_check_digit():
    assert NUMBER == "4412000000000426"
    assert rules.is_card_number(NUMBER)
    assert not rules.is_card_number("4412000000000427")
    assert not rules.is_card_number("４４１２０００００００００４２６")


@pytest.mark.parametrize(
    "pin", ["12345", "111111", "123456", "654321", "860412", "abcdef", "１２３９８７"]
)
def test_passwords_anybody_would_try_are_refused(pin):
    with pytest.raises(errors.PinUnfit):
        rules.require_fit_pin(pin, birth_date=LI.birth_date, on=DAY)


# --- other cards' readers


ID = LI.documents[0].number


@pytest.mark.parametrize(
    ("said", "carrier", "name"),
    [
        (f"李思远|男|汉|19860412|人民路12号|{ID}|肇庆市公安局|20200101-20400101", Carrier.IDENTITY_CARD, "李思远"),
        (f'{{"name": "李思远", "idCardNo": "{ID}", "nation": "汉"}}', Carrier.IDENTITY_CARD, "李思远"),
        (f"441200|{ID}|A12345678|4412000000|李思远|0081|3.00|20200101|20300101|01|02|", Carrier.SOCIAL_SECURITY, "李思远"),
        (f'{{"idNo": "{ID}", "userName": "李思远", "ecToken": "x"}}', Carrier.MEDICAL_INSURANCE, "李思远"),
    ],
)  # fmt: skip
def test_outputs_of_other_readers(said, carrier, name):
    found = rules.presented(said, on=DAY)
    assert (found.carrier, found.number, found.name, found.kind_code) == (carrier, ID, name, "01")


def test_what_is_no_output_of_a_reader_names_nobody():
    assert rules.presented("3" * 28, on=DAY) is Outcome.UNDECODED
    for said in (ID, f"x|{ID}", '{"idNo": "1"}', "[]", '{"a":', f'{{"idCardNo": "{ID}"}}'):
        assert rules.presented(said, on=DAY) is Outcome.UNREADABLE


# --- cards in the database


def outcome_of(act):
    """What an act gives, or the conflict it meets."""
    try:
        return act()
    except errors.CardAlreadyIssued as conflict:
        return conflict


@pytest.fixture
def li(database):
    return register(LI)


def test_a_resident_has_one_card(li):
    key = uuid7()
    made = issue(li, key=key)
    assert rules.is_card_number(made.number) and rules.city_of(made.number) == "4412"
    assert (made.state, made.issued_by, made.has_pin) == (State.ACTIVE, 7, False)
    assert issue(li, key=key) == made
    with pytest.raises(errors.CardAlreadyIssued):
        issue(li)
    assert models.Card.objects.count() == 1


def test_two_desks_at_once_issue_one_card(li):
    outcomes = at_once(8, lambda: outcome_of(lambda: issue(li).number))
    made = [each for each in outcomes if isinstance(each, str)]
    refused = [each for each in outcomes if isinstance(each, errors.CardAlreadyIssued)]
    assert (len(made), len(refused)) == (1, 7)


def test_neighbours_and_strangers_may_not_touch_a_card(li):
    made = issue(li)
    nobody = actor(places=("441202",), organizations=(7,), permissions=())
    for who in (OTHER_TOWN, nobody, HOSPITAL):
        with pytest.raises(errors.NotYourCard):
            issue(li, by=who)
        with pytest.raises(errors.CardNotFound):
            actions.suspend_card(made.id, reason="x", expected_version=1, actor=who, at=AT)
        with pytest.raises(errors.CardNotFound):
            actions.print_code(made.id, actor=who, at=AT)
        with pytest.raises(errors.NotYourCard):
            queries.cards_of(li.id, actor=who, at=AT)
        with pytest.raises(errors.NotYourCard):
            actions.show_code(li.id, actor=who, at=AT)
    with pytest.raises(errors.NotYourCard):
        actions.show_code(li.id, actor=DESK, at=AT)
    assert models.Card.objects.get().version == 1
    assert not models.CardChange.objects.exists()
    with pytest.raises(NotPermitted):
        use(shown(li).text, by=nobody)


def test_dynamic_code_is_good_for_one_use_and_shows_the_holder(li):
    made = issue(li)
    code = shown(li)
    first = use(code.text, at=later(5))
    assert (first.outcome, first.carrier, first.number) == (
        Outcome.ACCEPTED,
        Carrier.DYNAMIC,
        made.number,
    )
    assert (first.holder.name, first.holder.index_number, first.holder.is_inside) == (
        "李思远", li.index_number, False,
    )  # fmt: skip
    again = use(code.text, at=later(6))
    assert (again.outcome, again.holder) == (Outcome.REPLAYED, None)
    assert use(shown(li).text, at=later(70)).outcome is Outcome.EXPIRED
    rows = models.CardUse.objects.order_by("id").values_list("outcome", "organization", "scene")
    assert list(rows) == [
        ("accepted", 71, "registration"),
        ("replayed", 71, "registration"),
        ("expired", 71, "registration"),
    ]


def test_of_many_readers_at_once_one_accepts(li):
    issue(li)
    text = shown(li).text
    outcomes = [each.outcome for each in at_once(8, lambda: use(text))]
    assert sorted(outcomes) == sorted([Outcome.ACCEPTED] + [Outcome.REPLAYED] * 7)


def test_the_holder_sees_who_read_his_card(li):
    issue(li)
    use(shown(li).text)
    (line, *_) = audit.search(subjects=[li.patient_rid], limit=1)
    assert (line.action, line.organization, line.outcome) == ("cards.used", 71, "ok")
    (seen,) = queries.uses_of(li.id, actor=himself(li))
    assert (seen.organization, seen.outcome, seen.scene) == (
        71,
        Outcome.ACCEPTED,
        Scene.REGISTRATION,
    )
    assert queries.uses_of(li.id, actor=DESK) == []


def test_suspended_replaced_and_cancelled_cards_are_refused(li):
    made = issue(li)
    phone = shown(li).text
    printed = actions.print_code(made.id, actor=DESK, at=AT).text
    lost = actions.suspend_card(
        made.id, reason="手机丢失", expected_version=1, actor=himself(li), at=AT
    )
    assert lost.state is State.SUSPENDED
    assert use(phone).outcome is Outcome.SUSPENDED
    with pytest.raises(errors.CardNotActive):
        shown(li)
    with pytest.raises(errors.NotYourCard):
        actions.resume_card(made.id, reason="找到", expected_version=2, actor=himself(li), at=AT)
    actions.resume_card(made.id, reason="已核对身份证", expected_version=2, actor=DESK, at=AT)
    assert use(phone).outcome is Outcome.ACCEPTED
    fresh = actions.replace_card(
        made.id, reason="卡片损坏", key=uuid7(), expected_version=3, actor=DESK, at=AT
    )
    assert fresh.number != made.number
    assert use(printed, document=ID).outcome is Outcome.REPLACED
    assert use(shown(li).text).outcome is Outcome.ACCEPTED
    actions.cancel_card(fresh.id, reason="本人要求", expected_version=1, actor=DESK, at=AT)
    with pytest.raises(errors.CardNotFound):
        shown(li)
    with pytest.raises(errors.CardEnded):
        actions.suspend_card(fresh.id, reason="x", expected_version=2, actor=DESK, at=AT)
    done = [(each.number, each.change) for each in queries.deeds_of(li.id, actor=DESK)]
    assert done == [
        (fresh.number, "cancelled"), (made.number, "replaced"), (made.number, "resumed"),
        (made.number, "suspended"), (made.number, "printed"),
    ]  # fmt: skip
    assert issue(li).number not in (made.number, fresh.number)


def test_a_form_that_lay_open_changes_nothing(li):
    made = issue(li)
    with pytest.raises(errors.CardChanged):
        actions.cancel_card(made.id, reason="x", expected_version=9, actor=DESK, at=AT)
    with pytest.raises(errors.ReasonMissing):
        actions.cancel_card(made.id, reason=" ", expected_version=1, actor=DESK, at=AT)
    assert queries.get_card(made.number, actor=DESK, at=AT) == made


def test_printed_code_needs_a_second_factor_and_locks(li):
    made = issue(li, pin=PIN)
    text = actions.print_code(made.id, actor=DESK, at=AT).text
    assert use(text).outcome is Outcome.FACTOR_MISSING
    assert use(text, document=ID.lower()).outcome is Outcome.ACCEPTED
    assert use(text, pin=PIN).outcome is Outcome.ACCEPTED
    for _ in range(POLICY.pin_failures):
        wrong = use(text, pin="918273")
        assert (wrong.outcome, wrong.holder) == (Outcome.FACTOR_WRONG, None)
    assert use(text, pin=PIN).outcome is Outcome.LOCKED
    assert use(shown(li).text).outcome is Outcome.ACCEPTED
    version = queries.find_card_in_use(li.id, actor=DESK, at=AT).version
    actions.set_pin(made.id, "739205", expected_version=version, actor=DESK, at=AT)
    assert use(text, pin=PIN).outcome is Outcome.FACTOR_WRONG
    assert use(text, pin="739205").outcome is Outcome.ACCEPTED


def test_other_cards_name_the_same_resident(li):
    made = issue(li)
    read = use(f"李思远|男|汉|19860412|路|{ID}|局|2020-2040")
    assert (read.outcome, read.carrier, read.number) == (
        Outcome.ACCEPTED, Carrier.IDENTITY_CARD, made.number,
    )  # fmt: skip
    assert read.is_name_different is False
    assert use(f"李四|男|汉|19860412|路|{ID}|局|2020-2040").is_name_different is True
    stranger = number(LI.birth_date, 77)
    assert use(f"王五|男|汉|19860412|路|{stranger}|局|2020-2040").outcome is Outcome.UNKNOWN
    assert use("3" * 28).outcome is Outcome.UNDECODED
    assert models.CardUse.objects.filter(resident_id=li.id).count() == 2


def test_forged_and_foreign_codes_are_written_down(li):
    issue(li)
    ours = queries.public_keys()[0].id
    assert use(code_of(rules.card_number("4412", 1), key_id=ours)).outcome is Outcome.FORGED
    assert use(code_of(rules.card_number("4453", 1))).outcome is Outcome.OTHER_CITY
    assert use("hello").outcome is Outcome.UNREADABLE
    rows = models.CardUse.objects.values_list("card", "resident_id")
    assert list(rows) == [(None, None)] * 3


def test_a_dead_holders_card_is_refused(li):
    issue(li)
    text = shown(li).text
    residents.correct_resident(
        li.id, LI, deceased_on=DAY, expected_version=li.version, actor=OPERATOR, at=AT
    )
    assert use(text).outcome is Outcome.DECEASED
    made = queries.find_card_in_use(li.id, actor=DESK, at=AT)
    actions.cancel_card(made.id, reason="死亡", expected_version=1, actor=DESK, at=AT)
    with pytest.raises(errors.HolderGone):
        issue(li)


def test_card_of_a_merged_resident_shows_who_he_is_now(li):
    double = register(
        replace(LI, name="李思元", documents=(), phones=(), mother="", address="", birth_date=None)
    )
    made = issue(double)
    text = actions.show_code(double.id, actor=himself(double), at=AT).text
    residents.merge_residents(li.id, double.id, reason="同一人", actor=OPERATOR, at=AT)
    read = use(text)
    assert (read.number, read.holder.index_number) == (made.number, li.index_number)
    residents.unmerge_resident(double.id, reason="弄错", actor=OPERATOR, at=later(1))
    again = actions.show_code(double.id, actor=himself(double), at=later(2)).text
    assert use(again, at=later(2)).holder.index_number == double.index_number


def test_offline_uses_are_taken_in_once(li):
    made = issue(li)
    text = shown(li).text
    offline = rules.Reader(queries.public_keys(), policy=POLICY)
    assert offline.read(text, at=later(3)).outcome is Outcome.ACCEPTED
    sent = [OfflineUse(text, later(3), Scene.PHARMACY)]
    (taken,) = actions.record_offline_uses(sent, actor=HOSPITAL, at=later(9000))
    assert (taken.outcome, taken.number, taken.used_at) == (Outcome.ACCEPTED, made.number, later(3))
    (again,) = actions.record_offline_uses(sent, actor=HOSPITAL, at=later(9001))
    assert again.id == taken.id
    (other,) = actions.record_offline_uses(sent, actor=OTHER_TOWN, at=later(9002))
    assert other.outcome is Outcome.REPLAYED
    late = [OfflineUse(text, later(3))]
    (found,) = actions.record_offline_uses(late, actor=OTHER_TOWN, at=later(8 * 86400))
    assert found.outcome is Outcome.EXPIRED
    (ahead,) = actions.record_offline_uses(
        [OfflineUse(text, later(30))], actor=HOSPITAL, at=later(20)
    )
    assert ahead.outcome is Outcome.EARLY
    with pytest.raises(errors.TooManyUses):
        actions.record_offline_uses(sent * 1001, actor=HOSPITAL, at=later(9000))


def test_family_shows_the_card_as_family(li):
    issue(li)
    text = actions.show_code(li.id, actor=himself(li, role="guardian"), at=AT).text
    assert use(text).bearer is Bearer.GUARDIAN


def test_bulk_issue_gives_everybody_of_a_place_one_card(li):
    people = [
        register(replace(LI, name=f"赵{letter}", documents=card(number(LI.birth_date, 100 + n)),
                         phones=(f"1350000000{n}",), mother="", address=f"{n}号"), seen=())
        for n, letter in enumerate("甲乙丙")
    ]  # fmt: skip
    away = register(
        replace(
            LI, name="钱丁", place_code=NEIGHBOUR, documents=(), phones=(), mother="", address=""
        )
    )
    issue(li)
    with pytest.raises(NotPermitted):
        actions.issue_cards(place="441202", actor=OTHER_TOWN, at=AT)
    made = actions.issue_cards(place="441202", actor=DESK, at=AT)
    assert made.cards == 3
    assert actions.issue_cards(place="441202", actor=DESK, at=AT).cards == 0
    assert not models.Card.objects.filter(resident_id=away.id).exists()
    assert all(map(rules.is_card_number, models.Card.objects.values_list("number", flat=True)))
    use(shown(people[0]).text)
    (mine,) = (
        c
        for c in queries.counts_by_institution(since=AT, until=later(9), actor=DESK)
        if c.organization == 7
    )
    assert (mine.issued, mine.active, mine.uses) == (4, 4, 0)
    (read,) = (
        c
        for c in queries.counts_by_institution(since=AT, until=later(9), actor=DESK)
        if c.organization == 71
    )
    assert (read.issued, read.uses, read.refused) == (0, 1, 0)
    assert queries.counts_by_institution(since=AT, until=later(9), actor=OTHER_TOWN) == []
    with pytest.raises(NotPermitted):
        queries.counts_by_institution(since=AT, until=later(9), actor=HOSPITAL)


def test_new_signing_key_leaves_printed_cards_good_unless_betrayed(li):
    made = issue(li)
    printed = actions.print_code(made.id, actor=DESK, at=AT).text
    phone = shown(li).text
    first = queries.public_keys()[0]
    with pytest.raises(NotPermitted):
        actions.renew_signing_key(actor=DESK, at=AT)
    second = actions.renew_signing_key(actor=OPERATOR, at=later(1))
    assert second.id != first.id
    assert use(phone, at=later(2)).outcome is Outcome.ACCEPTED
    assert use(printed, document=ID, at=later(2)).outcome is Outcome.ACCEPTED
    assert use(shown(li, at=later(2)).text, at=later(2)).outcome is Outcome.ACCEPTED
    again = actions.print_code(made.id, actor=DESK, at=later(2)).text
    actions.renew_signing_key(is_betrayed=True, actor=OPERATOR, at=later(3))
    assert use(again, document=ID, at=later(4)).outcome is Outcome.KEY_REVOKED
    assert [key.to_at for key in queries.public_keys()] == [later(1), later(3), None]

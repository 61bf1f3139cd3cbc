"""Forms as pages: inputs by kind, proposals that can be taken, faults that can be found, drafts that last."""

import datetime
import re
from html import unescape

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from kangmai.access import actors
from kangmai.forms import models, queries, rules
from kangmai.identity import queries as identity
from kangmai.portal.forms.posted import OWN, FormTooOld, read_posted
from kangmai.portal.forms.presenters import form_context, opened_form
from tests.factories import portal_town
from tests.factories.forms import FOLLOW_UP, MAN, follow_up, measure, pressure
from tests.factories.markup import on_one_line

AT = portal_town.AT
VERSION = "2017-02-28"


@pytest.fixture
def doctor(town):
    """The village doctor of the town."""
    account = _accounts().objects.get(login="village")
    return actors.actor_for_account(account.id, at=AT)


def _accounts():
    from django.contrib.auth import get_user_model

    return get_user_model()


def html(shown, *, language: str = "zh-hans") -> str:
    with translation.override(language):
        faults = render_to_string("forms/faults.html", {"form": shown})
        return on_one_line(faults + render_to_string("forms/fields.html", {"form": shown}))


def shown(doctor, *, language: str = "zh-hans", form_id: str = "hypertension_followup", **more):
    with translation.override(language):
        context = form_context(follow_up(form_id), actor=doctor, **{"given": {}, **more})
        return html(context, language=language)


def test_inputs_are_made_for_the_thumb(doctor):
    page = shown(doctor, given=FOLLOW_UP)
    assert re.search(r'<input [^>]*name="systolic" value="132" inputmode="numeric"', page)
    assert re.search(r'<input [^>]*name="weight_now" value="70.5" inputmode="decimal"', page)
    assert re.search(r'name="visited_on" value="2026-05-02" type="date"', page)
    assert '<span class="unit" id="unit-systolic">mmHg</span>' in page
    assert '<input type="radio" name="method" value="1" checked>门诊' in page
    assert (
        '<input type="checkbox" name="symptoms" value="1" checked data-stands-alone>无症状' in page
    )


def test_both_languages(doctor):
    assert "收缩压" in shown(doctor)
    english = shown(doctor, language="en")
    assert "Systolic" in english
    assert "required" in english
    assert not re.search("[一-鿿]", english.replace("梁医生", ""))


def test_what_people_typed_is_escaped(doctor):
    page = shown(doctor, given={"tests": '"><script>alert(1)</script>'})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_faults_stand_at_their_field_and_in_the_summary(doctor):
    typed = {**FOLLOW_UP, "systolic": "1300", "diastolic": "135"}
    reading = rules.read_answers(follow_up(), typed, subject=MAN, on=datetime.date(2026, 5, 2))
    page = shown(doctor, given=typed, faults=reading.faults)
    assert '<a href="#input-systolic">“收缩压”应为 50–300 mmHg，请核对后重新填写。</a>' in page
    field = page[page.index('id="input-systolic"') :][:200]
    assert 'aria-invalid="true"' in field
    assert "fault-systolic" in field
    assert '<input type="checkbox" name="confirm.diastolic" value="135">' in page
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page


def test_proposal_shows_where_it_is_from(town, doctor):
    measure(
        town.liang.patient_id, pressure(142, 88), on="2026-11-19", organization=town.hospital.id
    )
    with translation.override("zh-hans"):
        opened = opened_form(follow_up(), resident=town.liang, actor=doctor, at=AT)
    page = html(opened)
    offer = page[page.index('<p class="proposal">') :][:700]
    assert "肇庆市第一人民医院 <strong>142/88 mmHg</strong>" in offer
    assert "2026-11-19" in offer
    assert 'name="take" value="systolic+diastolic"' in offer
    assert "&quot;systolic&quot;: &quot;142&quot;" in offer
    assert 'name="doctor" value="' in page
    assert opened.keeps_draft


def test_taking_works_without_a_script(town, doctor):
    measure(
        town.liang.patient_id, pressure(150, 90), on="2026-11-20", organization=town.hospital.id
    )
    found = queries.proposals(
        follow_up(), resident_id=town.liang.id, on=portal_town.TODAY, actor=doctor, at=AT
    )
    taken = rules.take({"method": ("1",)}, found, link_id="systolic+diastolic")
    assert taken == {
        "method": ("1",),
        "systolic": "150",
        "diastolic": "90",
    }


def body(town, **more: str) -> dict[str, str]:
    return {
        "form_version": VERSION,
        "resident": town.liang.index_number,
        "occasion": "visit:9",
        "key": "x",
        "systolic": "14",
        **more,
    }


DRAFT = "/forms/hypertension_followup/draft/"


def test_draft_is_kept_restored_and_discarded(town, enter, doctor):
    client = enter("village")
    assert client.post(DRAFT, body(town)).status_code == 204
    resident = identity.get_resident(town.liang.id, actor=doctor, at=AT)
    with translation.override("zh-hans"):
        opened = opened_form(
            follow_up(), resident=resident, occasion="visit:9", back="/x/", actor=doctor, at=AT
        )
    assert opened.draft_saved
    assert 'name="systolic" value="14"' in html(opened)
    answer = client.post(DRAFT, body(town, do="discard", back="/forms/"))
    assert (answer.status_code, answer["Location"]) == (302, "/forms/")
    assert not models.Draft.objects.exists()


def test_draft_leads_to_no_other_site(town, enter):
    answer = enter("village").post(DRAFT, body(town, do="discard", back="https://evil.example/"))
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    ("login", "status"), [("elsewhere", 404), ("officer", 403), ("", 302), ("liang", 403)]
)
def test_draft_of_a_neighbour_is_refused(town, enter, login, status):
    assert enter(login).post(DRAFT, body(town)).status_code == status
    assert not models.Draft.objects.exists()


def test_posted_answers_are_apart_from_the_page_s_own_names():
    post = QueryDict(
        "key=k&form_version=2017-02-28&expected_version=3&take=all&symptoms=1&symptoms=2&systolic=120"
    )
    posted = read_posted(post)
    assert posted.given == {"symptoms": ("1", "2"), "systolic": ("120",)}
    assert (posted.key, posted.expected_version, posted.take) == ("k", 3, "all")
    assert posted.form_version == datetime.date(2017, 2, 28)
    with pytest.raises(FormTooOld):
        read_posted(QueryDict("systolic=120"))


def test_no_item_has_a_name_of_the_page_s_own():
    for form in queries.forms():
        assert not OWN & set(form.by_link_id), form.id


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_catalogue_lists_forms_with_versions(enter, language):
    client = enter("village", language=language)
    page = client.get("/forms/", {"text": "高血压患者"}).content.decode()
    assert f'href="/forms/hypertension_followup/{VERSION}/"' in page
    assert ("待核" if language == "zh-hans" else "to be verified") in page


def test_catalogue_is_searched_paged_and_names_no_codes(enter):
    client = enter("village", language="en")
    seen, address = [], "/forms/?show=all"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'<a href="(/forms/[^"/]+/[^"/]+/)">[^<]*[A-Z][^<]*</a>', page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/forms/{unescape(after[1])}" if after else ""
        assert "hypertension_followup</" not in page
    assert sorted(seen) == sorted(f"/forms/{each.id}/{each.version}/" for each in queries.forms())
    by_initials = client.get("/forms/", {"text": "gxyhz"}).content.decode()
    assert re.findall(r'<a href="/forms/[^"]+">([^<]+)</a>', by_initials) == [
        "Hypertension follow-up"
    ]
    assert "No form has this name" in client.get("/forms/", {"text": "zzzz"}).content.decode()


def test_preview_checks_and_saves_nothing(enter):
    client = enter("village")
    path = f"/forms/hypertension_followup/{VERSION}/"
    page = client.get(path).content.decode()
    assert "A controlled patient at the clinic" in page
    typed = {**FOLLOW_UP, "form_version": VERSION, "visited_on": datetime.date.today().isoformat()}
    refused = client.post(path, typed | {"systolic": "1300"})
    assert refused.status_code == 422
    assert "must be 50–300 mmHg" in refused.content.decode()
    sound = client.post(path, typed)
    assert sound.status_code == 200
    assert "These answers would be saved as they stand." in sound.content.decode()
    assert '<output class="number">25.0</output>' in sound.content.decode()
    assert not models.Response.objects.exists()


@pytest.mark.parametrize("path", ["/forms/nothing/2017-02-28/", "/forms/hypertension_followup/x/"])
def test_form_that_is_none_is_not_found(enter, path):
    assert enter("village").get(path).status_code == 404

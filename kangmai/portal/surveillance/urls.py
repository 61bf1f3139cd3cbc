"""Addresses of the pages of early warning."""

from django.urls import path

from kangmai.portal.surveillance.views.city import city
from kangmai.portal.surveillance.views.contacts import contact, contact_page
from kangmai.portal.surveillance.views.desk import as_csv, desk
from kangmai.portal.surveillance.views.event import change, describe, event, events, report
from kangmai.portal.surveillance.views.intake import intake, told, unusual
from kangmai.portal.surveillance.views.line_list import line, lines_csv, person, take
from kangmai.portal.surveillance.views.method import decide, method, mute, propose, unmute
from kangmai.portal.surveillance.views.signal import merge, signal, step
from kangmai.portal.surveillance.views.situation import situation_docx, situation_html
from kangmai.portal.surveillance.views.spread import link, spread
from kangmai.portal.surveillance.views.tasks import measure, measure_page, resource

urlpatterns = [
    path("signals/", desk, name="signals"),
    path("signals/list.csv", as_csv, name="signals-csv"),
    path("signals/city/", city, name="signals-city"),
    path("signals/method/", method, name="signals-method"),
    path("signals/method/propose/", propose, name="signals-propose"),
    path("signals/method/<uuid:tuning_id>/decide/", decide, name="signals-decide"),
    path("signals/mute/", mute, name="signals-mute"),
    path("signals/mute/<uuid:mute_id>/end/", unmute, name="signals-unmute"),
    path("signals/counts/", intake, name="signals-intake"),
    path("signals/unusual/", unusual, name="signals-unusual"),
    path("signals/unusual/told/", told, name="signals-told"),
    path("signals/<uuid:signal_id>/", signal, name="signal"),
    path("signals/<uuid:signal_id>/step/", step, name="signal-step"),
    path("signals/<uuid:signal_id>/merge/", merge, name="signal-merge"),
    path("events/", events, name="events"),
    path("events/measures/<uuid:measure_id>/", measure_page, name="event-measure-page"),
    path("events/<uuid:outbreak_id>/", event, name="event"),
    path("events/<uuid:outbreak_id>/change/", change, name="event-change"),
    path("events/<uuid:outbreak_id>/describe/", describe, name="event-describe"),
    path("events/<uuid:outbreak_id>/person/", person, name="event-person"),
    path("events/<uuid:outbreak_id>/cards/", take, name="event-cards"),
    path("events/<uuid:outbreak_id>/lines/<int:number>/", line, name="event-line"),
    path("events/<uuid:outbreak_id>/spread/", spread, name="event-spread"),
    path("events/<uuid:outbreak_id>/link/", link, name="event-link"),
    path("events/<uuid:outbreak_id>/contact/", contact, name="event-contact"),
    path(
        "events/<uuid:outbreak_id>/contacts/<int:number>/", contact_page, name="event-contact-page"
    ),
    path("events/<uuid:outbreak_id>/resource/", resource, name="event-resource"),
    path("events/<uuid:outbreak_id>/measure/", measure, name="event-measure"),
    path("events/<uuid:outbreak_id>/report/", report, name="event-report"),
    path("events/<uuid:outbreak_id>/situation/", situation_html, name="event-situation"),
    path("events/<uuid:outbreak_id>/situation.docx", situation_docx, name="event-docx"),
    path("events/<uuid:outbreak_id>/lines.csv", lines_csv, name="event-lines-csv"),
]

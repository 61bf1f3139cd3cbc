"""Addresses of the pages of tracing; all of them sleep until ordered."""

from django.urls import path

from kangmai.portal.tracing.views.case import case, change_case
from kangmai.portal.tracing.views.contacts import change_contact, contact, contacts
from kangmai.portal.tracing.views.desk import desk, new_case, speed
from kangmai.portal.tracing.views.lists import change_list, line_list, lists, new_list, table
from kangmai.portal.tracing.views.tree import change_tree, tree

ROOT = "emergency-mode/tracing/"
PAGES = (
    path("", desk, name="tracing"),
    path("cases/new/", new_case, name="tracing-new-case"),
    path("cases/<uuid:case_id>/", case, name="tracing-case"),
    path("cases/<uuid:case_id>/change/", change_case, name="tracing-case-change"),
    path("contacts/", contacts, name="tracing-contacts"),
    path("contacts/<uuid:contact_id>/", contact, name="tracing-contact"),
    path("contacts/<uuid:contact_id>/change/", change_contact, name="tracing-contact-change"),
    path("tree/", tree, name="tracing-tree"),
    path("tree/change/", change_tree, name="tracing-tree-change"),
    path("lists/", lists, name="tracing-lists"),
    path("lists/new/", new_list, name="tracing-new-list"),
    path("lists/<uuid:list_id>/", line_list, name="tracing-list"),
    path("lists/<uuid:list_id>/change/", change_list, name="tracing-list-change"),
    path("lists/<uuid:list_id>/table.csv", table, name="tracing-list-table"),
    path("speed/", speed, name="tracing-speed"),
)

urlpatterns = [path(f"{ROOT}{each.pattern}", each.callback, name=each.name) for each in PAGES]

"""Addresses of the list of forms, their previews, and the drafts that pages keep."""

from django.urls import path

from kangmai.portal.forms.views.catalogue import form, forms
from kangmai.portal.forms.views.draft import draft

urlpatterns = [
    path("forms/", forms, name="forms"),
    path("forms/<slug:form_id>/draft/", draft, name="form-draft"),
    path("forms/<slug:form_id>/<slug:version>/", form, name="form"),
]

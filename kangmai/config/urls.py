"""Root urls: pages of the portal; machines are served before Django (see wsgi)."""

from django.urls import include, path

handler400 = "kangmai.portal.shell.errors.bad_request"
handler403 = "kangmai.portal.shell.errors.forbidden"
handler404 = "kangmai.portal.shell.errors.not_found"
handler500 = "kangmai.portal.shell.errors.server_error"

urlpatterns = [path("", include("kangmai.portal.urls"))]

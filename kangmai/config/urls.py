"""Root urls: pages of the portal; machines are served before Django (see wsgi)."""

from django.urls import include, path

urlpatterns = [path("", include("kangmai.portal.urls"))]

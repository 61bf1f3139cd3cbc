"""Addresses of the pages of programs."""

from django.urls import path

from kangmai.portal.programs.views import new, one, programs

urlpatterns = [
    path("programs/", programs.programs, name="programs"),
    path("programs/new/", new.new_program, name="program-new"),
    path("programs/<int:client_id>/", one.program, name="program"),
    path("programs/<int:client_id>/switch/", one.switch, name="program-switch"),
    path("programs/<int:client_id>/proof/", one.proof, name="program-proof"),
]

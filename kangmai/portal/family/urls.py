"""Addresses of the pages of family, sharing and a resident's own data."""

from django.urls import path

from kangmai.portal.family.views import desk, own, sharing

urlpatterns = [
    path("family/", own.family, name="family"),
    path("family/authorise/", own.authorise, name="family-authorise"),
    path("family/act/", own.act, name="family-act"),
    path("family/stop/", own.stop, name="family-stop"),
    path("family/<int:authority_id>/end/", own.end, name="family-end"),
    path("my-sharing/", sharing.my_sharing, name="my-sharing"),
    path("my-sharing/give/", sharing.give, name="my-sharing-give"),
    path("my-sharing/<int:consent_id>/withdraw/", sharing.withdraw, name="my-sharing-withdraw"),
    path("my-sharing/copy.json", sharing.copy, name="my-copy"),
    path("residents/<index_number:number>/family/", desk.family, name="resident-family"),
    path("residents/<index_number:number>/family/add/", desk.add, name="resident-family-add"),
    path(
        "residents/<index_number:number>/family/<int:authority_id>/end/",
        desk.end,
        name="resident-family-end",
    ),
]

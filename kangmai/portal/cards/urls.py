"""Addresses of the pages of e-health cards."""

from django.urls import path

from kangmai.portal.cards.views import counts, desk, own, scan

urlpatterns = [
    path("my-card/", own.my_card, name="my-card"),
    path("my-card/code/", own.code, name="my-card-code"),
    path("my-card/issue/", own.issue, name="my-card-issue"),
    path("my-card/suspend/", own.suspend, name="my-card-suspend"),
    path("my-card/print/", own.printed, name="my-card-print"),
    path("cards/", counts.cards, name="cards"),
    path("cards/scan/", scan.scan, name="scan"),
    path("cards/scan/read/", scan.read, name="scan-read"),
    path("residents/<index_number:number>/card/", desk.desk, name="resident-card"),
    path("residents/<index_number:number>/card/print/", desk.printed, name="resident-card-print"),
    path("residents/<index_number:number>/card/<str:deed>/", desk.act, name="resident-card-act"),
]

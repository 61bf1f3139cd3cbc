"""Addresses of reports, tables of the level above, commitments, other cities, and what goes in and out."""

from django.urls import path

from kangmai.portal.reporting.views import (
    commitments,
    open_data,
    outside,
    peers,
    places,
    reports,
    workbooks,
)

urlpatterns = [
    path("reports/", reports.reports, name="reports"),
    path("reports/tables/", workbooks.workbooks, name="workbooks"),
    path("reports/tables/<uuid:workbook_id>/", workbooks.workbook, name="workbook"),
    path("reports/tables/<uuid:workbook_id>/change/", workbooks.change, name="workbook-change"),
    path("reports/tables/<uuid:workbook_id>/filled.xlsx", workbooks.file, name="workbook-file"),
    path("reports/outside/", outside.outside, name="figures-outside"),
    path("reports/outside/example.csv", outside.example, name="figures-outside-example"),
    path("reports/elsewhere/", places.places, name="reporting-places"),
    path("reports/open-data/", open_data.open_data, name="open-data"),
    path("reports/open-data/file/", open_data.file, name="open-data-file"),
    path("reports/cities/", peers.peers, name="peers"),
    path("reports/cities/<uuid:bulletin_id>/", peers.bulletin, name="peer-bulletin"),
    path("reports/cities/figures/<uuid:figure_id>/", peers.decide, name="peer-decide"),
    path("reports/<uuid:report_id>/", reports.report, name="report"),
    path("reports/<uuid:report_id>/change/", reports.change, name="report-change"),
    path("reports/<uuid:report_id>/file.<str:form>", reports.file, name="report-file"),
    path("reports/<uuid:report_id>/figures/<str:indicator_id>/", reports.figure, name="report-figure"),
    path("commitments/", commitments.commitments, name="commitments"),
    path("commitments/new/", commitments.new, name="commitment-new"),
    path("commitments/statement.<str:form>", commitments.statement, name="commitments-statement"),
    path("commitments/<uuid:commitment_id>/", commitments.commitment, name="commitment"),
    path("commitments/<uuid:commitment_id>/change/", commitments.change, name="commitment-change"),
]  # fmt: skip

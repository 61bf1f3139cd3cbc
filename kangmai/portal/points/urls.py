"""Addresses of the register of service points."""

from django.urls import path

from kangmai.portal.points.views import changing, entering, lists, page

urlpatterns = [
    path("service-points/", lists.points, name="points"),
    path("service-points/list.<str:format>", lists.points_file, name="points-file"),
    path("service-points/findings/<uuid:finding_id>/", page.of_finding, name="point-of-finding"),
    path("service-points/new/", entering.new, name="point-new"),
    path("service-points/<uuid:point_id>/", page.point, name="point"),
    path("service-points/<uuid:point_id>/facts/", entering.facts, name="point-facts"),
    path("service-points/<uuid:point_id>/inspection/", changing.inspection, name="point-inspection"),
    path("service-points/<uuid:point_id>/change/", changing.change, name="point-change"),
    path("service-points/<uuid:point_id>/findings/<uuid:finding_id>/", changing.finding, name="point-finding"),
]  # fmt: skip

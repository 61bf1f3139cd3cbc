"""Addresses of the pages of registration, matching and merges."""

from django.urls import path

from kangmai.portal.identity.views import merges, registration, reviews

urlpatterns = [
    path("residents/new/", registration.new_resident, name="resident-new"),
    path("residents/new/similar/", registration.similar, name="resident-new-similar"),
    path("residents/new/places/", registration.places, name="resident-new-places"),
    path("residents/<index_number:number>/merges/", merges.merges, name="resident-merges"),
    path("residents/<index_number:number>/merges/add/", merges.merge, name="resident-merge"),
    path("residents/<index_number:number>/merges/undo/", merges.unmerge, name="resident-unmerge"),
    path("matching/", reviews.reviews, name="identity-reviews"),
    path("matching/<int:review_id>/", reviews.review, name="identity-review"),
    path("matching/<int:review_id>/decide/", reviews.decide, name="identity-review-decide"),
]

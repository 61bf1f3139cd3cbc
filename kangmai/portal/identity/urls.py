"""Addresses of the pages of registration, corrections, matching and merges."""

from django.urls import path

from kangmai.portal.identity.views import corrections, evaluation, merges, registration, reviews

urlpatterns = [
    path("residents/new/", registration.new_resident, name="resident-new"),
    path("residents/new/similar/", registration.similar, name="resident-new-similar"),
    path("residents/new/places/", registration.places, name="resident-new-places"),
    path("residents/<index_number:number>/merges/", merges.merges, name="resident-merges"),
    path("residents/<index_number:number>/merges/add/", merges.merge, name="resident-merge"),
    path("residents/<index_number:number>/merges/undo/", merges.unmerge, name="resident-unmerge"),
    path("my-corrections/", corrections.mine, name="my-corrections"),
    path("my-corrections/ask/", corrections.ask, name="my-correction-ask"),
    path(
        "my-corrections/<uuid:correction_id>/withdraw/",
        corrections.withdraw,
        name="my-correction-withdraw",
    ),
    path("corrections/", corrections.queue, name="corrections"),
    path("corrections/<uuid:correction_id>/", corrections.correction, name="correction"),
    path("corrections/<uuid:correction_id>/decide/", corrections.decide, name="correction-decide"),
    path("matching/", reviews.reviews, name="identity-reviews"),
    path("matching/evaluation/", evaluation.evaluation, name="identity-evaluation"),
    path("matching/<int:review_id>/", reviews.review, name="identity-review"),
    path("matching/<int:review_id>/decide/", reviews.decide, name="identity-review-decide"),
]

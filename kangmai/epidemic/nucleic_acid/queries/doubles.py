"""Who stands in a round more than once, and is counted once: sampled again, or under two numbers that are one resident now."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from kangmai.epidemic.nucleic_acid import models

FAMILIES = """
family (id, root) AS (
  SELECT r.id, r.id FROM identity_resident r
  WHERE r.merged_into_id IS NULL
    AND r.id IN (SELECT m.merged_into_id FROM identity_resident m WHERE m.merged_into_id IS NOT NULL)
  UNION SELECT m.id, f.root FROM identity_resident m JOIN family f ON m.merged_into_id = f.id)"""
"""Every id of residents who were merged, with whom each stands for now; few, however large the index is."""

SEEN = f"""
WITH RECURSIVE {FAMILIES},
seen (id) AS (
  SELECT f.id FROM family f WHERE f.root IN (
    SELECT g.root FROM family g JOIN nucleic_acid_sample s ON s.person_id = g.id AND s.round_id = %(round)s))"""
"""Ids of merged residents whom a round saw under any of their numbers."""

_MERGED = f"""
WITH RECURSIVE {FAMILIES},
sampled (root, tube, place) AS (
  SELECT f.root, s.tube_id, row_number() OVER (PARTITION BY f.root ORDER BY s.sampled_at, s.tube_id)
  FROM family f JOIN nucleic_acid_sample s ON s.person_id = f.id AND s.round_id = %s AND s.occasion = 0)
SELECT t.site_id, count(*) FROM sampled p JOIN nucleic_acid_tube t ON t.id = p.tube WHERE p.place > 1 GROUP BY 1"""


def doubles(round_id: int, tubes: QuerySet[models.Tube, Any]) -> Mapping[int, int]:
    """How many samples of each site are not the first of their person in the round."""
    found: dict[int, int] = {}
    again = models.Sample.objects.filter(round_id=round_id, occasion__gt=0)
    counted = dict(again.values_list("tube_id").order_by("tube_id").annotate(n=Count("tube_id")))
    for tube, site in tubes.filter(id__in=counted).values_list("id", "site_id"):
        found[site] = found.get(site, 0) + counted[tube]
    with connection.cursor() as cursor:
        cursor.execute(_MERGED, [round_id])
        for site, count in cursor.fetchall():
            found[site] = found.get(site, 0) + count
    return found

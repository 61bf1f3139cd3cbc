-- Contacts under an order: who is one already stays the one he is.
INSERT INTO tracing_contact (id, order_id, person_id, kind, state, edition, place_code, found_at, last_exposure_on, version)
SELECT g.id, %(order)s, p.id, 'excluded', 'found', %(edition)s, p.place_code, %(at)s, g.day, 1
FROM unnest(%(ids)s::uuid[], %(people)s::bigint[], %(days)s::date[]) AS g (id, person, day)
JOIN tracing_person p ON p.id = g.person
ON CONFLICT (person_id) DO NOTHING

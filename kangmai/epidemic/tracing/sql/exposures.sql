-- Exposures of a case's contacts; the same one again keeps the longer of the two.
INSERT INTO tracing_exposure (order_id, pair_id, of_id, venue, place, day, first_at, last_at, minutes, source)
SELECT DISTINCT ON (r.id, g.of_person, g.venue, g.place, g.day)
       %(order)s::uuid, r.id, g.of_person, g.venue, g.place, g.day, g.first_at, g.last_at, g.minutes, %(source)s
FROM unnest(%(people)s::bigint[], %(ofs)s::bigint[], %(venues)s::int[], %(places)s::text[], %(days)s::date[],
            %(firsts)s::timestamptz[], %(lasts)s::timestamptz[], %(minutes)s::int[])
     AS g (person, of_person, venue, place, day, first_at, last_at, minutes)
JOIN tracing_contact c ON c.person_id = g.person
JOIN tracing_pair r ON r.case_id = %(case)s AND r.contact_id = coalesce(c.joined_to_id, c.id)
ORDER BY r.id, g.of_person, g.venue, g.place, g.day, g.minutes DESC
ON CONFLICT (pair_id, of_id, day, venue, place) DO UPDATE
SET first_at = least(tracing_exposure.first_at, excluded.first_at),
    last_at = greatest(tracing_exposure.last_at, excluded.last_at),
    minutes = greatest(tracing_exposure.minutes, excluded.minutes)

-- First and last exposure and minutes of each pair of a case with some people.
WITH met AS (
    SELECT r.id, min(e.first_at) AS first_at, max(e.last_at) AS last_at, sum(e.minutes) AS minutes
    FROM tracing_contact c
    JOIN tracing_pair r ON r.contact_id = coalesce(c.joined_to_id, c.id)
    JOIN tracing_exposure e ON e.pair_id = r.id
    WHERE r.case_id = %(case)s AND c.person_id = ANY(%(people)s::bigint[])
    GROUP BY r.id
)
UPDATE tracing_pair r SET first_at = met.first_at, last_at = met.last_at, minutes = met.minutes
FROM met WHERE met.id = r.id

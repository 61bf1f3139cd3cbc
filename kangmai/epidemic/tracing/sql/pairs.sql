-- Pairs of case and contact. What an investigator judged stays; before that a nearer exposure suggests a nearer kind.
-- Somebody found to be the same as another contact is met under that one.
INSERT INTO tracing_pair (order_id, case_id, contact_id, kind, generation, relation, source, first_at, last_at, minutes, found_at)
SELECT DISTINCT ON (contact) %(order)s::uuid, %(case)s::uuid, contact, kind, generation, relation, %(source)s, 'infinity'::timestamptz, '-infinity'::timestamptz, 0, %(at)s::timestamptz
FROM (
    SELECT coalesce(c.joined_to_id, c.id) AS contact, g.*
    FROM unnest(%(people)s::bigint[], %(kinds)s::text[], %(generations)s::smallint[], %(relations)s::text[])
         AS g (person, kind, generation, relation)
    JOIN tracing_contact c ON c.person_id = g.person
) AS found
ORDER BY contact, array_position(ARRAY['close', 'secondary', 'general', 'excluded'], kind), generation
ON CONFLICT (case_id, contact_id) DO UPDATE
SET kind = CASE WHEN tracing_pair.judged_at IS NULL
                 AND array_position(ARRAY['close', 'secondary', 'general', 'excluded'], excluded.kind::text)
                   < array_position(ARRAY['close', 'secondary', 'general', 'excluded'], tracing_pair.kind::text)
                THEN excluded.kind ELSE tracing_pair.kind END,
    generation = least(tracing_pair.generation, excluded.generation)

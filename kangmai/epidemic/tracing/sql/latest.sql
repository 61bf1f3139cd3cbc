-- The last day of exposure of some contacts: over the pairs that were judged to be contacts; before any was, over all.
-- What is known of somebody under another name, and was found to be the same person, counts too.
WITH met AS (
    SELECT g.id, coalesce(max(e.day) FILTER (WHERE r.judged_at IS NOT NULL AND r.kind <> 'excluded'), max(e.day)) AS day
    FROM unnest(%(contacts)s::uuid[]) AS g (id)
    JOIN tracing_contact c ON c.id = g.id OR c.joined_to_id = g.id
    JOIN tracing_pair r ON r.contact_id = c.id
    JOIN tracing_exposure e ON e.pair_id = r.id
    GROUP BY g.id
)
UPDATE tracing_contact c SET last_exposure_on = met.day, version = c.version + 1
FROM met WHERE met.id = c.id AND c.last_exposure_on <> met.day

-- How fast tracing was: cases found in a period under some orders and in some places, with their contacts.
WITH mine AS (
    SELECT c.id, c.found_at, c.was_followed FROM tracing_case c
    WHERE c.found_at >= %(since)s AND c.found_at < %(until)s AND NOT c.is_outside
      AND EXISTS (SELECT FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS g (low, high)
                  WHERE c.place_code >= g.low COLLATE "C" AND c.place_code < g.high COLLATE "C")
),
pairs AS (
    SELECT r.id, r.kind, m.found_at, r.judged_at, c.told_at, c.settled_at, c.state,
           coalesce(c.joined_to_id, c.id) AS contact
    FROM mine m JOIN tracing_pair r ON r.case_id = m.id JOIN tracing_contact c ON c.id = r.contact_id
    WHERE r.judged_at IS NOT NULL AND r.kind <> 'excluded'
)
SELECT (SELECT count(*) FROM mine), (SELECT count(*) FILTER (WHERE was_followed) FROM mine),
       count(DISTINCT contact), count(DISTINCT contact) FILTER (WHERE kind = 'close'),
       avg((judged_at <= found_at + %(limit)s)::int) FILTER (WHERE kind IN ('close', 'secondary')),
       avg((settled_at IS NOT NULL AND settled_at <= found_at + %(limit)s)::int) FILTER (WHERE kind = 'close'),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM told_at - found_at) / 3600)
           FILTER (WHERE told_at IS NOT NULL),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM settled_at - told_at) / 3600)
           FILTER (WHERE settled_at IS NOT NULL AND told_at IS NOT NULL),
       count(DISTINCT contact) FILTER (WHERE kind = 'close' AND state = 'positive')
FROM pairs

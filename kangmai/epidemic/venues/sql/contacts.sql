-- Who was at a venue while somebody asked about was there.
-- asked: people with the window of their scans. A stay lasts from a scan until the person's next later scan or
-- until the dwell time of the venue's kind is over. Those stopped at the door did not come in.
-- The bounds %(low)s and %(high)s are known to the planner, so that it looks at the days between them only.
WITH kind (id, seconds) AS (SELECT * FROM unnest(%(kinds)s::text[], %(seconds)s::int[])),
asked (person, first, past) AS (SELECT * FROM unnest(%(persons)s::int[], %(firsts)s::int[], %(pasts)s::int[])),
own AS MATERIALIZED (
    SELECT s.person, s.venue, s.at, k.seconds, least(s.at + k.seconds, n.at) AS until
    FROM asked a
    JOIN venues_scan s ON s.person = a.person AND s.at >= a.first AND s.at < a.past
                      AND s.at >= %(low)s AND s.at < %(high)s AND s.answer <> 3
    JOIN venues_venue v ON v.id = s.venue
    JOIN kind k ON k.id = v.kind
    LEFT JOIN LATERAL (
        SELECT min(n.at) AS at FROM venues_scan n
        WHERE n.person = s.person AND n.at > s.at AND n.at < s.at + k.seconds
          AND n.at >= %(low)s AND n.at < %(high)s AND n.answer <> 3) n ON true
),
met AS (
    SELECT o.person AS of_person, s.person, s.venue, greatest(o.at, s.at) AS first,
           least(o.until, s.at + o.seconds, n.at) - greatest(o.at, s.at) AS seconds
    FROM own o
    JOIN venues_scan s ON s.venue = o.venue AND s.at > o.at - o.seconds AND s.at < o.until
                      AND s.at >= %(low)s AND s.at < %(high)s
                      AND s.person <> o.person AND s.answer <> 3
    LEFT JOIN LATERAL (
        SELECT min(n.at) AS at FROM venues_scan n
        WHERE n.person = s.person AND n.at > s.at AND n.at < s.at + o.seconds
          AND n.at >= %(low)s AND n.at < %(high)s AND n.answer <> 3) n ON true
)
SELECT of_person, person, venue, min(first), sum(seconds)::int
FROM met WHERE seconds > 0
GROUP BY of_person, person, venue
HAVING sum(seconds) >= %(least)s
ORDER BY of_person, sum(seconds) DESC, person, venue

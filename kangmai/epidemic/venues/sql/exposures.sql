-- As contacts.sql, but by day (Shanghai) and with the last second together: who exposed whom where, when and for how long.
-- excluded: people who are not asked for, such as those of an earlier generation. A pair that stayed together at a
-- venue for less than %(least)s seconds over all days is left out.
WITH kind (id, seconds) AS (SELECT * FROM unnest(%(kinds)s::text[], %(seconds)s::int[])),
asked (person, first, past) AS (SELECT * FROM unnest(%(persons)s::int[], %(firsts)s::int[], %(pasts)s::int[])),
own AS MATERIALIZED (
    SELECT s.person, s.venue, v.kind, s.at, k.seconds, least(s.at + k.seconds, n.at) AS until
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
    SELECT o.person AS of_person, s.person, s.venue, o.kind, greatest(o.at, s.at) AS first,
           least(o.until, s.at + o.seconds, n.at) AS last
    FROM own o
    JOIN venues_scan s ON s.venue = o.venue AND s.at > o.at - o.seconds AND s.at < o.until
                      AND s.at >= %(low)s AND s.at < %(high)s
                      AND s.person <> o.person AND s.answer <> 3
    LEFT JOIN LATERAL (
        SELECT min(n.at) AS at FROM venues_scan n
        WHERE n.person = s.person AND n.at > s.at AND n.at < s.at + o.seconds
          AND n.at >= %(low)s AND n.at < %(high)s AND n.answer <> 3) n ON true
),
days AS (
    SELECT of_person, person, venue, kind, venues_day_of(first) AS day, min(first) AS first, max(last) AS last,
           sum(last - first)::int AS seconds, sum(sum(last - first)) OVER (PARTITION BY of_person, person, venue)::int AS total
    FROM met
    WHERE last > first AND NOT EXISTS (SELECT FROM unnest(%(excluded)s::int[]) AS e (person) WHERE e.person = met.person)
    GROUP BY of_person, person, venue, kind, venues_day_of(first)
)
SELECT of_person, person, venue, kind, day, first, last, seconds, total
FROM days WHERE total >= %(least)s
ORDER BY of_person, person, venue, day

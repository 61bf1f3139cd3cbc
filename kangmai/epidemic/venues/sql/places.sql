-- Where somebody was: each scan with the end of the stay, as in contacts.sql; also where he was stopped.
WITH kind (id, seconds) AS (SELECT * FROM unnest(%(kinds)s::text[], %(seconds)s::int[]))
SELECT s.venue, s.at, CASE WHEN s.answer = 3 THEN s.at ELSE least(s.at + k.seconds, n.at) END, s.answer, s.channel
FROM venues_scan s
JOIN venues_venue v ON v.id = s.venue
JOIN kind k ON k.id = v.kind
LEFT JOIN LATERAL (
    SELECT min(n.at) AS at FROM venues_scan n
    WHERE n.person = s.person AND n.at > s.at AND n.at < s.at + k.seconds
      AND n.at >= %(low)s AND n.at < %(high)s AND n.answer <> 3) n ON true
WHERE s.person = %(person)s AND s.at >= %(first)s AND s.at < %(past)s
  AND s.at >= %(low)s AND s.at < %(high)s
ORDER BY s.at, s.venue

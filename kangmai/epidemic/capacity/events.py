"""What capacity announces in the outbox: key = id of the site, room, report or ambulance; ids and codes only."""

SITE_OPENED = "capacity.site_opened"
SITE_CLOSED = "capacity.site_closed"
BEDS_REPORTED = "capacity.beds_reported"

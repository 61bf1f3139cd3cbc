"""What quarantine announces in the outbox: key = id of the stay or trip, data = order, site, place and how."""

ASSIGNED = "quarantine.assigned"
ARRIVED = "quarantine.arrived"
LEFT = "quarantine.left"
TRIP_CALLED = "quarantine.trip_called"
TRIP_ENDED = "quarantine.trip_ended"

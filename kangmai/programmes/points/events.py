"""What the register of service points announces; keys are ids of points, data ids, codes and counts only."""

ENTERED = "points.entered"
STATED = "points.stated"
STANDING_CHANGED = "points.standing_changed"
INSPECTED = "points.inspected"
FINDING_CHANGED = "points.finding_changed"

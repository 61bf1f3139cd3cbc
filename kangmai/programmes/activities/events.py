"""What activities announce; the key is the activity's id, data are ids and codes only."""

DONE = "activities.done"
WITHDRAWN = "activities.withdrawn"
REPORTED = "activities.reported"
ANSWERED = "activities.answered"

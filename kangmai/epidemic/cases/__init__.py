"""Case reports of notifiable diseases: drafted, diagnosed, submitted, reviewed, corrected, counted."""

"""Activities that institutions write down one by one: health education, patrols for supervision, outreach."""

"""Settings, root urls, WSGI entry and the one table of schedules."""

"""Who is in which room of a quarantine site, and who is brought where by ambulance; asleep until ordered."""

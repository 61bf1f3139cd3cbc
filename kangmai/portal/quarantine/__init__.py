"""Pages of quarantine sites, rooms, beds and ambulances: what there is (awake), and who is in it (asleep until ordered)."""

"""What a city can put people into: quarantine sites with rooms, designated hospitals, fever clinics, beds, ambulances."""

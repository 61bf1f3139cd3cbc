"""Service points: nurseries, TCM rooms, counselling rooms, age-friendly and combined-care institutions as one register."""

"""The invented health institutions of the city and who works in them."""

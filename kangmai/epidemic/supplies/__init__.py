"""Supplies: what stands in store for emergencies, how many days it lasts at full load, and who should send what to whom."""

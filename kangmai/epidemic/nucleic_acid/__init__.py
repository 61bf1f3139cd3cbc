"""Nucleic-acid testing of a city: person, tube, box, laboratory, plate, result, and what a positive pool sets in motion."""

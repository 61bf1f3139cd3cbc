"""The online index of residents: keys, candidates, frequencies, scores. Private to the room."""

"""From the file of a bulletin to the figures it states: text, sentences, numbers, places, periods, indicators."""

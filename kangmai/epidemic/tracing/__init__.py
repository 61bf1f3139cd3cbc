"""Contacts of cases under an order: found, judged, followed, released; who infected whom."""

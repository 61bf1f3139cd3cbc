"""Subscriptions: searches that are answered whenever something new meets them.

Source: FHIR R4, https://hl7.org/fhir/R4/subscription.html
"""

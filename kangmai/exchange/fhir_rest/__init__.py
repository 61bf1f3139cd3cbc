"""The FHIR R4 REST interface at /fhir/R4: one module an interaction, served before Django."""

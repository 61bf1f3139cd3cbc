"""HL7 version 2: messages by MLLP and HTTP, mapped to FHIR by tables that are data."""

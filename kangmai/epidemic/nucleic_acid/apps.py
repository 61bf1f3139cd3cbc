from django.apps import AppConfig


class NucleicAcidConfig(AppConfig):
    name = "kangmai.epidemic.nucleic_acid"
    label = "nucleic_acid"

from django.apps import AppConfig


class WorkloadConfig(AppConfig):
    name = "kangmai.programmes.workload"
    label = "workload"

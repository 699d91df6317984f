from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "shop.patients"
    label = "patients"

"""Prescriptions: intake, review, and what may be supplied."""

from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    name = "shop.prescriptions"
    label = "prescriptions"

"""Demo: only the settings of the demonstration install it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "shop.demo"
    label = "demo"

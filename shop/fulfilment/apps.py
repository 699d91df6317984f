"""Fulfilment: the only place where prescription, order and payment meet."""

from django.apps import AppConfig


class FulfilmentConfig(AppConfig):
    name = "shop.fulfilment"
    label = "fulfilment"

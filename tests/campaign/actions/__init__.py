"""What may happen: every action is registered when its module is imported."""

from tests.campaign.actions import customers, network, outside, pharmacy

__all__ = ["customers", "network", "outside", "pharmacy"]

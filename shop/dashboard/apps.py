"""The staff pages that the pharmacy uses; Oscar's other dashboard pages are not routed."""

from oscar.apps.dashboard.apps import DashboardConfig as OscarDashboardConfig


class DashboardConfig(OscarDashboardConfig):
    name = "shop.dashboard"

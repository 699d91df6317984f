"""Who may open which staff page: a permission each, since is_staff alone also means pharmacist."""

from typing import ClassVar

from oscar.apps.dashboard.permissions import DashboardPermission as OscarDashboardPermission


class DashboardPermission(OscarDashboardPermission):
    # The first page shows orders and takings.
    staff: ClassVar[list[str]] = ["order.view_order"]
    # Oscar lets a supplier's people in beside the staff; the pharmacy has no such suppliers.
    partner_dashboard_access: ClassVar[list[str]] = ["is_superuser"]

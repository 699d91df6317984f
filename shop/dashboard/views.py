"""The dashboard's first page, with what waits for whoever looks."""

from typing import Any

from oscar.apps.dashboard.views import IndexView as OscarIndexView
from oscar.apps.dashboard.views import LoginView, PopUpWindowCreateUpdateMixin

from shop.tasks import services as tasks

__all__ = ["IndexView", "LoginView", "PopUpWindowCreateUpdateMixin"]
SHOWN = 20


class IndexView(OscarIndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user = self.request.user
        return {
            **context,
            "tasks": tasks.open_for(user)[:SHOWN],
            "others": tasks.others_orders(user)[:SHOWN],
        }

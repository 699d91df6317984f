"""Every address of the shop. What Oscar offers and we do not use is not routed at all."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from catalogue import views as catalogue_views
from shop.accounts import views as account_views
from shop.checkout.cancelling import cancel_own_order
from shop.closing.views import close_account, remove_patient
from shop.credentials.factor_pages import record_changes
from shop.pages import views as pages
from shop.pages.own_data import own_data
from shop.settling.webhooks import stripe_webhook

CUSTOMER_PAGES = {
    "summary",
    "profile-view",
    "order-list",
    "order",
    "address-list",
    "address-create",
    "address-detail",
    "address-delete",
}


def oscar_app(label: str) -> Any:
    """The configuration of an Oscar app, which holds its routes."""
    return apps.get_app_config(label)


def picked(app_label: str, names: set[str]) -> list[URLPattern | URLResolver]:
    """The routes of an Oscar app that the shop uses."""
    urls = oscar_app(app_label).get_urls()
    return [url for url in urls if getattr(url, "name", None) in names]


def to(name: str) -> Callable[..., HttpResponseBase]:
    return RedirectView.as_view(pattern_name=name, query_string=True)


# Names that Oscar links to, and what answers instead of Oscar: allauth signs people in and out, and
# the email address is changed there too.
own_account_pages = [
    path("login/", to("account_login"), name="login"),
    path("register/", to("account_signup"), name="register"),
    path("sign-out/", to("account_logout"), name="logout"),
    path("orders/<str:order_number>/cancel/", cancel_own_order, name="order-cancel"),
    path("profile/edit/", account_views.edit_profile, name="profile-update"),
]

urlpatterns = [
    path("", pages.front_page, name="home"),
    path("catalogue/", oscar_app("catalogue").urls),
    path("search/", include(([path("", catalogue_views.search, name="search")], "search"))),
    path("basket/", oscar_app("basket").urls),
    path("checkout/", oscar_app("checkout").urls),
    path("patients/<uuid:key>/delete/", remove_patient, name="patient-delete"),
    path("patients/", include("shop.patients.urls")),
    path("prescriptions/", include("shop.prescription_pages.urls")),
    path("accounts/data/", own_data, name="own-data"),
    path("accounts/close/", close_account, name="account-close"),
    path("accounts/", include("allauth.urls")),
    path(
        "accounts/",
        include(([*picked("customer", CUSTOMER_PAGES), *own_account_pages], "customer")),
    ),
    path("payments/stripe/", stripe_webhook, name="stripe-webhook"),
    path("dashboard/dispensing/", include("shop.dashboard.dispensing.urls")),
    path("dashboard/", oscar_app("dashboard").urls),
    path("admin/", admin.site.urls),
    path("", include("shop.pages.urls")),
]

record_changes(urlpatterns)

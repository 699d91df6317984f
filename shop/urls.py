"""Every address of the shop. What Oscar offers and we do not use is not routed at all."""

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from catalogue import views as catalogue_views
from shop.fulfilment.webhooks import stripe_webhook
from shop.pages import views as pages

CUSTOMER_PAGES = {
    "summary",
    "profile-view",
    "profile-update",
    "order-list",
    "order",
    "address-list",
    "address-create",
    "address-detail",
    "address-delete",
    "address-change-default",
}
BASKET_PAGES = {"summary", "add"}


def picked(app_label: str, names: set[str]) -> list[URLPattern | URLResolver]:
    """The routes of an Oscar app that the shop uses."""
    urls = apps.get_app_config(app_label).get_urls()
    return [url for url in urls if getattr(url, "name", None) in names]


# Oscar links to these names; signing in and out is allauth's.
sign_in_names = [
    path("login/", RedirectView.as_view(pattern_name="account_login"), name="login"),
    path("register/", RedirectView.as_view(pattern_name="account_signup"), name="register"),
    path("sign-out/", RedirectView.as_view(pattern_name="account_logout"), name="logout"),
]

urlpatterns = [
    path("", pages.front_page, name="home"),
    path("catalogue/", apps.get_app_config("catalogue").urls),
    path("search/", include(([path("", catalogue_views.search, name="search")], "search"))),
    path("basket/", include((picked("basket", BASKET_PAGES), "basket"))),
    path("checkout/", apps.get_app_config("checkout").urls),
    path("prescriptions/", include("shop.prescriptions.urls")),
    path("accounts/", include("allauth.urls")),
    path(
        "accounts/",
        include(([*picked("customer", CUSTOMER_PAGES), *sign_in_names], "customer")),
    ),
    path("payments/stripe/", stripe_webhook, name="stripe-webhook"),
    path("dashboard/", apps.get_app_config("dashboard").urls),
    path("admin/", admin.site.urls),
    path("", include("shop.pages.urls")),
]

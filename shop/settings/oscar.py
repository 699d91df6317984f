"""Oscar: which apps are ours, which features are off, and why."""

from django.utils.translation import gettext_lazy as _
from oscar.defaults import *

from shop import order_statuses
from shop.settings.env import env

OSCAR_APPS = [
    "oscar.config.Shop",
    "shop.accounts.apps.SilentAnalyticsConfig",
    "shop.checkout.apps.CheckoutConfig",
    "shop.addresses.apps.AddressConfig",
    "oscar.apps.shipping.apps.ShippingConfig",
    "catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "shop.partner.apps.PartnerConfig",
    "shop.basket.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "shop.order.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "shop.dashboard.apps.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
    "shop.dashboard.orders.apps.OrdersDashboardConfig",
    "shop.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
]
# These forks add no columns, so Oscar's own migrations stay the only ones.
MIGRATION_MODULES = {
    "address": "oscar.apps.address.migrations",
    "basket": "oscar.apps.basket.migrations",
    "partner": "oscar.apps.partner.migrations",
}

OSCAR_SHOP_NAME = env("PHARMACY_NAME", default="") or "Alder Pharmacy"
OSCAR_SHOP_TAGLINE = ""
OSCAR_HOMEPAGE = "/"
OSCAR_DEFAULT_CURRENCY = env("CURRENCY", default="USD")
OSCAR_ALLOW_ANON_CHECKOUT = False
OSCAR_ALLOW_ANON_REVIEWS = False
# Ratings, wish lists and mailings promote; a prescription medicine is not promoted.
OSCAR_HIDDEN_FEATURES = ["reviews", "wishlists"]
OSCAR_SEND_REGISTRATION_EMAIL = False
OSCAR_EAGER_ALERTS = False
# Sent messages would keep health data, and password links, in the database.
OSCAR_SAVE_SENT_EMAILS_TO_DB = False
OSCAR_MAX_BASKET_QUANTITY_THRESHOLD = 20
OSCAR_BASKET_COOKIE_OPEN = "open_basket"
# What else an address needs, its country says (shop.addresses.rules).
OSCAR_REQUIRED_ADDRESS_FIELDS = ("first_name", "last_name", "line1", "country")

OSCAR_INITIAL_ORDER_STATUS = order_statuses.FIRST.value
OSCAR_INITIAL_LINE_STATUS = OSCAR_INITIAL_ORDER_STATUS
OSCAR_ORDER_STATUS_PIPELINE = {
    status.value: tuple(after.value for after in step.then)
    for status, step in order_statuses.STEPS.items()
}
OSCAR_ORDER_STATUS_CASCADE = {status: status for status in OSCAR_ORDER_STATUS_PIPELINE}
OSCAR_LINE_STATUS_PIPELINE = OSCAR_ORDER_STATUS_PIPELINE

OSCAR_DASHBOARD_NAVIGATION = [
    {"label": label, "icon": f"fas fa-{icon}", "url_name": f"dashboard:{name}"}
    for label, icon, name in (
        (_("Dashboard"), "list", "index"),
        (_("Orders"), "box", "order-list"),
        (_("Payments"), "credit-card", "payment-list"),
        (_("Prices and stock"), "tags", "price-list"),
        (_("Products"), "pills", "catalogue-product-list"),
        (_("Categories"), "sitemap", "catalogue-category-list"),
        (_("Low stock"), "exclamation-triangle", "stock-alert-list"),
    )
]

# Oscar imports haystack; the shop searches with the ORM.
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"

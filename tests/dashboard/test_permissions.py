"""Who may open and change what in the dashboard."""

import pytest
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from catalogue.models import Category, Product
from tests.authenticator import sign_in

READ_PAGES = [
    "/dashboard/",
    "/dashboard/catalogue/",
    "/dashboard/catalogue/categories/",
    "/dashboard/catalogue/product-types/",
    "/dashboard/catalogue/stock-alerts/",
    "/dashboard/orders/",
]
OPEN = {"login", "logout"}
NOT_ROUTED = [
    "offer-list",
    "voucher-list",
    "range-list",
    "user-detail",
    "users-index",
    "partner-manage",
    "reports-index",
    "page-list",
    "reviews-list",
    "comms-list",
    "shipping-method-list",
    "catalogue-product-bulk-action",
    "catalogue-product-lookup",
    "order-shipping-address",
]
VALUES = {
    "pk": 1,
    "parent_pk": 1,
    "parent": 1,
    "number": "100001",
    "note_id": 1,
    "line_id": 1,
    "product_class_slug": "prescription-medicine",
}


def dashboard_names():
    def walk(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield pattern.name, tuple(sorted(pattern.pattern.regex.groupindex))
            else:
                yield from walk(pattern.url_patterns)

    (dashboard,) = (
        each
        for each in get_resolver().url_patterns
        if getattr(each, "namespace", None) == "dashboard"
    )
    return sorted({each for each in walk(dashboard.url_patterns) if each[0] not in OPEN})


def address(name, keys):
    return reverse(f"dashboard:{name}", kwargs={key: VALUES[key] for key in keys})


@pytest.mark.parametrize("page", READ_PAGES)
def test_staff_open_their_pages(client, staff, baclofen, page):
    sign_in(client, staff)

    assert client.get(page).status_code == 200


@pytest.mark.parametrize("page", READ_PAGES)
def test_a_superuser_opens_the_pages(client, superuser, baclofen, page):
    sign_in(client, superuser)

    assert client.get(page).status_code == 200


@pytest.mark.parametrize(("name", "keys"), dashboard_names())
def test_a_pharmacist_gets_into_no_page_of_the_dashboard(client, pharmacist, name, keys):
    sign_in(client, pharmacist)

    assert client.get(address(name, keys)).status_code == 403
    assert client.post(address(name, keys)).status_code == 403


@pytest.mark.parametrize(("name", "keys"), dashboard_names())
def test_a_customer_gets_into_no_page_of_the_dashboard(client, customer, name, keys):
    sign_in(client, customer)

    assert client.get(address(name, keys)).status_code == 403
    assert client.post(address(name, keys)).status_code == 403


@pytest.mark.parametrize(("name", "keys"), dashboard_names())
def test_a_visitor_is_sent_to_sign_in(client, db, name, keys):
    response = client.get(address(name, keys))

    assert response.status_code == 302
    assert response.url.startswith(reverse("dashboard:login"))


@pytest.mark.parametrize(("name", "keys"), dashboard_names())
def test_who_may_only_look_can_post_to_no_page(client, looker, name, keys):
    sign_in(client, looker)

    assert client.post(address(name, keys), {"action": "x"}).status_code in (403, 405)


@pytest.mark.parametrize("page", READ_PAGES)
def test_who_may_only_look_can_look(client, looker, baclofen, page):
    sign_in(client, looker)

    assert client.get(page).status_code == 200


def test_the_dashboards_sign_in_is_the_shops(client, db):
    response = client.get(reverse("dashboard:login") + "?next=/dashboard/orders/")

    assert response.url == reverse("account_login") + "?next=/dashboard/orders/"


def test_signing_out_takes_more_than_a_link(client, staff):
    sign_in(client, staff)

    assert client.get(reverse("dashboard:logout")).status_code == 405
    assert client.post(reverse("dashboard:logout")).url == "/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", NOT_ROUTED)
def test_what_the_pharmacy_does_not_use_has_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(f"dashboard:{name}")


@pytest.mark.parametrize("old", ["offers", "vouchers", "ranges", "users", "reports", "comms"])
def test_no_page_puts_a_medicine_under_an_offer(client, superuser, old):
    sign_in(client, superuser)

    assert client.get(f"/dashboard/{old}/").status_code == 404


def test_changing_a_price_takes_the_permission_for_prices(client, make_staff, baclofen):
    from django.contrib.auth.models import Permission

    user = make_staff("texts@example.com")
    user.user_permissions.set(Permission.objects.filter(codename__endswith="_product"))
    sign_in(client, user)
    pack = baclofen.children.first()

    page = client.get(reverse("dashboard:catalogue-product", kwargs={"pk": pack.pk}))

    assert page.status_code == 403


@pytest.mark.parametrize(
    ("name", "pick"),
    [
        ("catalogue-product", lambda: Product.objects.filter(parent__isnull=True).first()),
        ("catalogue-product", lambda: Product.objects.filter(parent__isnull=False).first()),
        ("catalogue-product-delete", lambda: Product.objects.filter(parent__isnull=False).first()),
        ("catalogue-category-detail-list", Category.objects.first),
    ],
)
def test_staff_open_the_pages_of_one_thing(client, staff, baclofen, name, pick):
    sign_in(client, staff)

    response = client.get(reverse(f"dashboard:{name}", kwargs={"pk": pick().pk}))

    assert response.status_code == 200


def test_staff_open_the_page_for_a_new_pack(client, staff, baclofen):
    sign_in(client, staff)
    page = reverse("dashboard:catalogue-product-create-child", kwargs={"parent_pk": baclofen.pk})

    html = client.get(page).content.decode()

    for name in ("strength", "units"):
        assert f'name="{name}"' in html
    assert 'name="supply_countries"' not in html
    assert 'name="is_discountable"' not in html

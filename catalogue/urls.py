"""Pages of the catalogue that Oscar does not have."""

from django.urls import path, re_path

from catalogue import checking, country, leaflet, views

PRODUCT = r"^(?P<product_slug>[\w-]*)_(?P<pk>\d+)"

urlpatterns = [
    re_path(PRODUCT + r"/add/$", views.add_pack, name="add-pack"),
    re_path(PRODUCT + r"/country/$", country.choose_country, name="choose-country"),
    path("medicine/<slug:slug>/", views.medicine, name="medicine"),
    path("medicine/<slug:slug>/sources/", views.sources, name="sources"),
    re_path(PRODUCT + r"/check/$", checking.check_medicines, name="check"),
    re_path(PRODUCT + r"/leaflet/$", leaflet.leaflet, name="leaflet"),
    path("tag/<slug:slug>/", views.tag, name="tag"),
]

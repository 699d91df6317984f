"""Pages of the catalogue that Oscar does not have."""

from django.urls import path, re_path

from catalogue import country, views

PRODUCT = r"^(?P<product_slug>[\w-]*)_(?P<pk>\d+)"

urlpatterns = [
    re_path(PRODUCT + r"/add/$", views.add_pack, name="add-pack"),
    re_path(PRODUCT + r"/country/$", country.choose_country, name="choose-country"),
    path("medicine/<slug:slug>/", views.medicine, name="medicine"),
    path("medicine/<slug:slug>/sources/", views.sources, name="sources"),
    path("tag/<slug:slug>/", views.tag, name="tag"),
]

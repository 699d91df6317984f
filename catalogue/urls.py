"""Pages of the catalogue that Oscar does not have."""

from django.urls import path, re_path

from catalogue import views

PRODUCT = r"^(?P<product_slug>[\w-]*)_(?P<pk>\d+)"

urlpatterns = [
    re_path(PRODUCT + r"/add/$", views.add_pack, name="add-pack"),
    path("tag/<slug:slug>/", views.tag, name="tag"),
]

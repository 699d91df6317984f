"""Where the pages for prices are, and what each takes."""

from django.urls import path

from shop.dashboard.prices import views

urlpatterns = [
    path("prices/", views.list_medicines, name="price-list"),
    path("prices/<int:pk>/", views.grid, name="price-grid"),
    path("prices/<int:pk>/costs/", views.marks, name="price-marks"),
    path("prices/<int:pk>/packs/", views.packs, name="price-packs"),
    path("prices/pack/<int:pk>/", views.pack_history, name="price-history"),
    path("prices/planned/<int:pk>/take-back/", views.take_back, name="price-take-back"),
]

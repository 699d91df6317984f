"""Where the pages for stock are, and what each takes."""

from django.urls import path

from shop.dashboard.stock import views

urlpatterns = [
    path("stock/<int:pk>/", views.batches, name="stock-batches"),
    path("stock/<int:pk>/recalls/", views.recalls, name="stock-recalls"),
    path("stock/code/<int:pk>/", views.confirm, name="stock-confirm"),
    path("stock/recall/<int:pk>/", views.recall, name="stock-recall"),
    path("stock/recall/<int:pk>/letters/", views.letters, name="stock-letters"),
    path("stock/recall/<int:pk>/end/", views.end_recall, name="stock-recall-end"),
]

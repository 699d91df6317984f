"""The addresses of dispensing."""

from django.urls import path

from shop.dashboard.dispensing import pages

app_name = "dispensing"
urlpatterns = [
    path("", pages.lists, name="lists"),
    path("next/<slug:step>/", pages.begin, name="next"),
    path("<str:number>/", pages.dispense, name="dispense"),
    path("<str:number>/made/", pages.made_up, name="made"),
    path("<str:number>/labels.pdf", pages.print_labels, name="labels"),
    path("<str:number>/leaflet/<int:line>.pdf", pages.print_leaflet, name="leaflet"),
    path("<str:number>/check/", pages.check, name="check"),
    path("<str:number>/send/", pages.send, name="send"),
]

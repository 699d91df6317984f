"""The addresses of dispensing."""

from django.urls import path

from shop.dashboard.dispensing import pages, sending

app_name = "dispensing"
urlpatterns = [
    path("", pages.lists, name="lists"),
    path("next/<slug:step>/", pages.begin, name="next"),
    path("carriers/", sending.carriers, name="carriers"),
    path("carriers/new/", sending.carrier, name="carrier-new"),
    path("carriers/<int:pk>/", sending.carrier, name="carrier"),
    path("<str:number>/", pages.dispense, name="dispense"),
    path("<str:number>/made/", pages.made_up, name="made"),
    path("<str:number>/labels.pdf", pages.print_labels, name="labels"),
    path("<str:number>/leaflet/<int:line>.pdf", pages.print_leaflet, name="leaflet"),
    path("<str:number>/check/", pages.check, name="check"),
    path("<str:number>/send/", sending.send, name="send"),
    path("<str:number>/slip.pdf", sending.print_slip, name="slip"),
    path("<str:number>/delivered/", sending.delivered, name="delivered"),
]

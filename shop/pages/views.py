"""The front page and the pages that say who the pharmacy is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def front_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/front.html")


def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/about.html")


def how_prescriptions_work(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/how_prescriptions_work.html")


def delivery(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/delivery.html")


def complaints(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/complaints.html")


def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html")


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")

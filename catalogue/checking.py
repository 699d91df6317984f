"""The page that checks a list of medicines. What is typed stays in the answer and nowhere else."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from catalogue.checker import Result, check
from catalogue.content.models import ContentVersion
from catalogue.content.rendering import TAG_OF_SEVERITY, source_numbers
from catalogue.models import Product

LONGEST_LIST = 5_000


class MedicinesForm(forms.Form):
    """Medicines in the words of the person who takes them."""

    medicines = forms.CharField(
        label=_("Your other medicines"),
        help_text=_("One on each line, or with commas. Brand names or generic names."),
        max_length=LONGEST_LIST,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Type at least one medicine."),
            "max_length": _("That is too long to check at once. Send fewer medicines."),
        },
    )


# The answer depends on the text alone and changes nothing, so there is nothing to forge; and the
# form stands in a part of the page that is kept for all readers, where no token can be.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("medicines")
@sensitive_variables("form", "context", "data")
def check_medicines(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:  # noqa: ARG001
    """Interactions of a list of medicines with this one. The list is not kept anywhere."""
    product = get_object_or_404(
        Product.objects.select_related("medicine__version").filter(
            is_public=True, parent__isnull=True, medicine__version__isnull=False
        ),
        pk=pk,
    )
    version = product.medicine.version
    form = MedicinesForm()
    context: dict[str, Any] = {"product": product, "version": version, "form": form}
    if request.method == "POST":
        data = {"medicines": request.POST.get("medicines", "").replace("\0", " ")}
        context["form"] = form = MedicinesForm(data)
        if form.is_valid():
            context |= answer(version, form.cleaned_data["medicines"])
    return render(request, "oscar/catalogue/check.html", context)


def answer(version: ContentVersion, text: str) -> dict[str, Any]:
    """What a template needs to show the result of a check."""
    content = version.content
    result: Result = check(content, text)
    by_key = {source.key: source for source in content.sources}
    used = {
        citation.source
        for each in [
            *(hit.interaction for hit in result.hits),
            *(row for entry in result.unchecked for g in entry.guesses for row in g.interactions),
            *result.combinations,
        ]
        for citation in each.citations
    }
    numbers = source_numbers(content)
    return {
        "result": result,
        "groups": [
            (severity, TAG_OF_SEVERITY.get(severity, ""), hits)
            for severity, hits in result.by_severity
        ],
        "numbers": numbers,
        "sources": [(numbers[key], by_key[key]) for key in numbers if key in used],
    }

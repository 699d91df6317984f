"""The page that checks a list of medicines. What is typed stays in the answer and nowhere else."""

from functools import partial
from typing import Any

from django import forms
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from catalogue.checker import check
from catalogue.combinations import Known, known_of
from catalogue.content.document import Circumstance, Rule
from catalogue.content.models import ContentVersion
from catalogue.content.rendering import numbered_sources, source_numbers
from catalogue.models import Product
from catalogue.vocabulary.lexicon import lexicon

LONGEST_LIST = 5_000
# Raised when the shape of a frozen check changes.
FROZEN_FORMAT = 2


class Answer(models.TextChoices):
    """What somebody says about the person; nothing is a good answer, too."""

    UNSAID = "", _("Not sure, or rather not say")
    YES = "yes", _("Yes")
    NO = "no", _("No")


_question = partial(forms.ChoiceField, choices=Answer.choices, required=False)


class MedicinesForm(forms.Form):
    """Medicines in the words of the person who takes them, and what some rules ask besides."""

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
    older = _question(
        label=_("Age 65 or over?"),
        error_messages={"invalid_choice": _("Choose one of the answers about the age.")},
    )
    kidneys = _question(
        label=_("Has a doctor ever said that the kidneys do not work well?"),
        error_messages={"invalid_choice": _("Choose one of the answers about the kidneys.")},
    )

    def known(self) -> Known:
        """The circumstances that were answered; weak kidneys count as an eGFR below 60."""
        answers = {
            Circumstance.AGE_65_OR_OVER: self.cleaned_data["older"],
            Circumstance.EGFR_BELOW_60: self.cleaned_data["kidneys"],
        }
        return {asked: said == Answer.YES for asked, said in answers.items() if said}


# The answer depends on the text alone and changes nothing, so there is nothing to forge; and the
# form stands in a part of the page that is kept for all readers, where no token can be.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("medicines", "older", "kidneys")
@sensitive_variables("form", "context", "data")
def check_medicines(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:  # noqa: ARG001
    """Interactions of a list of medicines with this one. The list is not kept anywhere."""
    product = get_object_or_404(
        Product.objects.select_related("medicine__shown").filter(
            is_public=True, parent__isnull=True, medicine__shown__isnull=False
        ),
        pk=pk,
    )
    version = product.medicine.shown
    if not version.content.interactions:
        raise Http404
    form = MedicinesForm()
    context: dict[str, Any] = {"product": product, "version": version, "form": form}
    if request.method == "POST":
        data = {name: request.POST.get(name, "").replace("\0", " ") for name in form.fields}
        context["form"] = form = MedicinesForm(data)
        if form.is_valid():
            context |= answer(version, form.cleaned_data["medicines"], form.known())
    return render(request, "oscar/catalogue/check.html", context)


def answer(version: ContentVersion, text: str, known: Known) -> dict[str, Any]:
    """What a template needs to show the result of a check."""
    content = version.content
    result = check(content, text, known=known)
    rules: list[Rule] = [
        *(hit.rule for hit in result.hits),
        *(rule for entry in result.unchecked for guess in entry.guesses for rule in guess.rules),
        *(each.combination for each in result.combinations),
    ]
    used = {citation.source for rule in rules for citation in rule.citations}
    return {
        "result": result,
        "numbers": source_numbers(content),
        "sources": [each for each in numbered_sources(content) if each.source.key in used],
    }


def frozen_check(
    version: ContentVersion, medicines_text: str, *, age: int | None, egfr: float | None
) -> dict[str, Any]:
    """A check as it was made, in JSON’s own types, to be kept with the decision it served.

    Age in years, eGFR in mL/min/1.73 m²; None is not known. Raises ValueError for a negative value
    or one that is no number. The same version, text, age and eGFR give the same again.

        {"format": 2,
         "medicine": "<folder>", "content_version": 3, "content_digest": "<SHA-256>",
         "vocabulary_digest": "<SHA-256>",
         "input": {"medicines": "<as typed>", "age": 70, "egfr": null},
         "takes_nothing": false, "is_unclear": false,
         "hits": [{"rule": "opioids", "row": "opioids", "severity": "major",
                   "review_action": "query-prescriber", "is_street": false,
                   "matched": [{"typed": "Codeine", "name": "codeine", "how": "exact"}]}],
         "nothing_known": [{"substance": "sertraline", "matched": […]}],
         "combinations": [{"rule": …, "row": …, "severity": …, "review_action": …,
                           "is_certain": false, "depends_on": "egfr-below-60" or null,
                           "parts": [{"part": "an opioid", "typed": […], "unclear": […]}]}],
         "unchecked": [{"typed": "zebra", "partly": [],
                        "similar": [{"name": …, "rules": [{"rule": …, "severity": …}]}]}]}

    A rule is the id of a row of interactions.yaml or combinations.yaml in that version, or of a class
    of words.yaml, which may belong to a row. How is exact, other name or misspelt, as is one of the
    things that a name means in different countries. A combination that is not certain depends on something nobody has said, or on an unclear entry.
    """
    # PostgreSQL’s JSON cannot hold it.
    medicines_text = medicines_text.replace("\0", " ")
    result = check(version.content, medicines_text, known=known_of(age=age, egfr=egfr))
    return {
        "format": FROZEN_FORMAT,
        "medicine": version.medicine.slug,
        "content_version": version.number,
        "content_digest": version.digest,
        "vocabulary_digest": lexicon().digest,
        "input": {"medicines": medicines_text, "age": age, "egfr": egfr},
        **result.as_json(),
    }

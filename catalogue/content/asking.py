"""Why the patient is asked something, in the words of the medicines there are."""

from __future__ import annotations

from django.db.models import F

from catalogue.content.models import ContentVersion


def why_asked() -> dict[str, str]:
    """By question, what the current contents say; one query."""
    found: dict[str, list[str]] = {}
    for version in ContentVersion.objects.filter(pk=F("medicine__shown")).order_by("medicine"):
        for each in version.content.asked:
            found.setdefault(each.question, []).append(each.why.text)
    return {question: " ".join(said) for question, said in found.items()}

"""Medicines, the versions of their clinical content, and tags."""

from __future__ import annotations

from functools import cached_property

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.content.document import Content, content_from_json


class Tag(models.Model):
    """A word that gathers products on one page."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    products = models.ManyToManyField("catalogue.Product", related_name="tags", blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalogue:tag", kwargs={"slug": self.slug})


class Medicine(models.Model):
    """A medicine whose content folder has been loaded; its packs are children of its product."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    product = models.OneToOneField(
        "catalogue.Product", on_delete=models.PROTECT, related_name="medicine"
    )
    version = models.OneToOneField(
        "catalogue.ContentVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("current content"),
    )
    # Names, brands and headline words, in lower case; the shop's search reads it.
    search_text = models.TextField(_("words it is found by"), blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ContentVersion(models.Model):
    """One version of a medicine's content. Never changed: a new text is a new version.

    A pharmacist's decision refers to the version that was shown, so versions are kept.
    """

    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    digest = models.CharField(_("SHA-256 of the content"), max_length=64)
    document = models.JSONField(_("content"))
    review_by = models.DateField(_("next review by"))
    loaded_at = models.DateTimeField(_("loaded at"), default=timezone.now, editable=False)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("medicine", "number"), name="one_content_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.medicine} {self.number}"

    @cached_property
    def content(self) -> Content:
        return content_from_json(self.document)

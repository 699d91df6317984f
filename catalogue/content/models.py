"""Medicines, the versions of their clinical content, and tags."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.content.document import Content, content_from_json
from shop import days


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
    # The last version that was signed, and the current one as long as none ever was.
    shown = models.ForeignKey(
        "catalogue.ContentVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("content that is shown, sold and checked against"),
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
    # The latest signature, the one thing of a version that comes later; catalogue.signing puts it.
    signature = models.OneToOneField(
        "catalogue.Signature",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("latest signature"),
    )
    # When the signature was taken back; a new one ends that.
    withdrawn_at = models.DateTimeField(_("signature taken back at"), null=True, editable=False)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("medicine", "number"), name="one_content_per_number"),
            models.CheckConstraint(
                condition=Q(signature=None) | Q(withdrawn_at=None),
                name="a_signature_that_was_taken_back_is_none",
            ),
        )

    def __str__(self) -> str:
        return f"{self.medicine} {self.number}"

    @property
    def next_review(self) -> dt.date:
        """The day the last signature names, or the files when nobody has signed."""
        return self.signature.review_by if self.signature else self.review_by

    def review_is_overdue(self) -> bool:
        return self.next_review < days.at_pharmacy()

    @cached_property
    def content(self) -> Content:
        return content_from_json(self.document)


class Signature(models.Model):
    """A superintendent pharmacist answers for a version until its next review. Never changed."""

    version = models.ForeignKey(
        ContentVersion, on_delete=models.PROTECT, related_name="signatures", editable=False
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    # As they were on the day: a name or a registration may change later.
    name = models.CharField(_("name"), max_length=150)
    register = models.CharField(_("register"), max_length=120)
    number = models.CharField(_("registration number"), max_length=40)
    signed_on = models.DateField(_("signed on"))
    review_by = models.DateField(_("next review by"))

    class Meta:
        ordering = ("-signed_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(review_by__gt=F("signed_on")), name="review_comes_after_signing"
            ),
            models.CheckConstraint(
                condition=Q(name__gt="", register__gt="", number__gt=""),
                name="a_signature_has_a_name_and_a_number",
            ),
        )

    def __str__(self) -> str:
        return f"{self.version}: {self.name}"

"""The pictures of a prescription in the order in which they came, and what became of each."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext

from shop.prescriptions.models import Document, Page, Prescription
from shop.prescriptions.statuses import AskReason, DocumentKind


@dataclass(frozen=True)
class Paper:
    """One uploaded file with its pages, which are counted over all files of the prescription.

    ``is_new``: it came with the answer to the last question, and nothing is decided since;
    ``is_replaced``: a picture that can be read came later in its place.
    """

    document: Document
    pages: tuple[tuple[int, Page], ...]
    is_new: bool
    is_replaced: bool

    @property
    def name(self) -> str:
        """How it is named in what is signed; the beginning of its SHA-256."""
        return self.document.sha256[:12]

    @property
    def is_evidence(self) -> bool:
        return self.document.kind == DocumentKind.EVIDENCE

    @property
    def numbers(self) -> str:
        """Its pages in words: “page 2, 3”."""
        pages = ", ".join(str(number) for number, _page in self.pages)
        return gettext("page %(pages)s") % {"pages": pages}

    @property
    def words(self) -> str:
        """Which it is, for people."""
        values = {
            "kind": self.document.get_kind_display(),
            "pages": self.numbers,
            "day": date_format(self.document.sent_at, "j F Y"),
        }
        return gettext("%(kind)s, %(pages)s, sent %(day)s") % values


def papers_of(prescription: Prescription) -> list[Paper]:
    """Every file of the prescription, the newest sending first; two queries."""
    documents = list(prescription.documents.prefetch_related("pages").order_by("sent_at", "pk"))
    newest = _newest(documents) if prescription.new_pictures else None
    papers, number = [], 0
    for document in documents:
        pages = tuple(enumerate(document.pages.all(), start=number + 1))
        number += len(pages)
        papers.append(
            Paper(document, pages, document.sent_at == newest, _is_replaced(document, documents))
        )
    return sorted(papers, key=lambda paper: paper.document.sent_at, reverse=True)


def _newest(documents: Sequence[Document]) -> datetime.datetime | None:
    return max((each.sent_at for each in documents if each.sent_for), default=None)


def _is_replaced(document: Document, documents: Sequence[Document]) -> bool:
    """Whether better pictures of the prescription came because this one could not be read."""
    return document.kind == DocumentKind.PRESCRIPTION and any(
        other.sent_for == AskReason.UNREADABLE and other.sent_at > document.sent_at
        for other in documents
    )

"""Opens the sealed pages of a prescription, for its owner or a pharmacist; each opening is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shop.accounts.models import User
from shop.prescriptions import history
from shop.prescriptions.models import Document, Page
from shop.prescriptions.services import NotAllowed, check_owner, registration_of
from shop.prescriptions.statuses import Action
from shop.vault import storage as vault
from shop.vault.sealing import VaultError


def open_page_as_owner(page: Page, *, by: User) -> bytes:
    """The picture (JPEG) of a page of one's own prescription; raises NotAllowed, and records it."""
    with _refusal_recorded(page, by):
        check_owner(page.document.prescription, by)
    return _open(page, by=by, registration="")


def open_page_as_pharmacist(page: Page, *, by: User) -> bytes:
    """The picture (JPEG) of a page, for a pharmacist; raises NotAllowed, and records it."""
    with _refusal_recorded(page, by):
        registration = registration_of(page.document.prescription, by)
    return _open(page, by=by, registration=registration)


@contextmanager
def _refusal_recorded(page: Page, by: User) -> Iterator[None]:
    try:
        yield
    except NotAllowed:
        history.record_refusal(page, by=by)
        raise


def open_sealed(row: Document | Page) -> bytes:
    """What the file holds; raises VaultError. A new key may give it a new name while we look."""
    try:
        return vault.fetch(row.sealed_name, context=row.context)
    except VaultError:
        name = row.sealed_name
        row.refresh_from_db(fields=("sealed_name",))
        if row.sealed_name == name:
            raise
        return vault.fetch(row.sealed_name, context=row.context)


def _open(page: Page, *, by: User, registration: str) -> bytes:
    picture = open_sealed(page)
    history.record_in_place(
        page.document.prescription,
        Action.OPEN_PAGE,
        by=by,
        registration=registration,
        note=history.opening_note(page),
        page=str(page.uuid),
    )
    return picture

"""What a request carries once its visitor is signed in; for annotations only."""

from typing import Any

from django.http import HttpRequest

from shop.accounts.models import User


class SignedInRequest(HttpRequest):
    user: User
    # Put there by Oscar's middleware.
    basket: Any

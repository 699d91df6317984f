"""A shop that has loaded baclofen."""

import io

import pytest
from django.core.management import call_command

from catalogue.models import Product


@pytest.fixture
def baclofen(db):
    """The product of the shipped baclofen folder, with its content and its packs."""
    call_command("load_medicines", "baclofen", stdout=io.StringIO())
    call_command("load_packs", "baclofen", stdout=io.StringIO())
    return Product.objects.get(title="Baclofen tablets")

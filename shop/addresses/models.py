"""Oscar's address models, as they are."""

from oscar.apps.address.models import *

"""Oscar's order models, as they are."""

from oscar.apps.order.models import *

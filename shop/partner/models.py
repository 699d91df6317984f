"""Oscar's own, with no column more."""

from oscar.apps.partner.models import *

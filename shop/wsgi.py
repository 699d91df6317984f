"""The entry point for the web server; a shop that is set up wrongly does not start."""

import os

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management.base import SystemCheckError
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.production")

application = get_wsgi_application()

is_open = not settings.IS_DEMO or settings.SETTINGS_MODULE == "shop.settings.production"
wrong = [
    problem for problem in run_checks(include_deployment_checks=is_open) if problem.level >= ERROR
]
if wrong:
    raise SystemCheckError("\n".join(str(problem) for problem in wrong))

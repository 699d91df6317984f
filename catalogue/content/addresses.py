"""Which addresses a source may have: the publisher's own, never a test host or somebody's copy."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# A label of a host that is not meant for readers, and hosts where anybody puts up trials of a site.
TRIAL = re.compile(
    r"(^|[.-])(test|tests|testing|staging|stage|stg|uat|qa|preview|dev|develop|beta|alpha|trial|demo"
    r"|sandbox|preprod|localhost)(?=[.-]|$)|mimsdev|medpath",
    re.ASCII,
)
TRIAL_PROVIDERS = (
    "azurewebsites.net",
    "netlify.app",
    "vercel.app",
    "herokuapp.com",
    "github.io",
    "intersquad.co",
)
# Sites that carry the texts of regulators, makers and journals. What was read there is named in words.
COPIES = (
    "amavita.ch",
    "bula.medicinanet.com.br",
    "curehunter.com",
    "docslib.org",
    "drugs.com",
    "farmacopedia.com.ar",
    "globalrph.com",
    "imedikament.de",
    "info-patient.at",
    "info-patient.de",
    "issuhub.com",
    "medikamio.com",
    "medlibrary.org",
    "medthority.com",
    "myhealthbox.eu",
    "oddb.org",
    "oladoctor.com",
    "patient-info.co.uk",
    "prescriberpoint.com",
    "pypi.org",
    "rxlist.com",
    "rxreasoner.com",
    "studylibfr.com",
    "themeditary.com",
    "yumpu.com",
)


def why_not(address: str) -> str:
    """Why readers are not sent to this address; empty when they may be."""
    host = urlsplit(address).hostname or ""
    if not address.startswith("https://") or not host:
        return "an address begins with “https://”"
    if TRIAL.search(host) or _is_of(host, TRIAL_PROVIDERS):
        return f"“{host}” is a test host: name the official address, or none"
    if _is_of(host, COPIES):
        return f"“{host}” holds copies: name the official address, or the copy in words"
    return ""


def _is_of(host: str, sites: tuple[str, ...]) -> bool:
    return any(host == site or host.endswith(f".{site}") for site in sites)

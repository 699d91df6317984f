"""What a product page says, once more for machines: schema.org data, nothing that is not visible.

The data stand in a block that browsers do not run, so the page's content policy does not apply.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

from catalogue.amounts import Strength
from catalogue.content.document import Content, Interaction, Severity
from catalogue.content.inline import inline_html
from catalogue.content.sections import statements_of
from catalogue.packs import Pack

if TYPE_CHECKING:
    from catalogue.content.models import ContentVersion
    from catalogue.models import Product

# So that no text of the data can end the block; as django.utils.html.json_script does it.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
SCHEMA = "https://schema.org"
TOLD = (Severity.CONTRAINDICATED, Severity.MAJOR, Severity.MODERATE)


def plain(text: str) -> str:
    """The words of a statement as they are seen."""
    return unescape(strip_tags(inline_html(text)))


def data_block(data: dict[str, Any]) -> SafeString:
    """A script element with the data."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308 (escaped above)
    )


def structured_data(
    product: Product, version: ContentVersion, content: Content, packs: Iterable[Pack]
) -> dict[str, Any]:
    """The page and the medicine on it; offers are the packs at their price of this moment."""
    url = f"{settings.SITE_URL}{product.get_absolute_url()}"
    page: dict[str, Any] = {
        "@type": "MedicalWebPage",
        "@id": f"{url}#page",
        "url": url,
        "name": product.title,
        "description": content.description,
        "about": {"@id": f"{url}#drug"},
        "version": version.number,
        "dateModified": version.loaded_at.date().isoformat(),
    }
    if version.signature:
        page["lastReviewed"] = version.signature.signed_on.isoformat()
        page["reviewedBy"] = {"@type": "Person", "name": version.signature.name}
    return {
        "@context": SCHEMA,
        "@graph": [page, {"@id": f"{url}#drug", **drug(content, url), **offers(packs, url)}],
    }


def drug(content: Content, url: str) -> dict[str, Any]:
    """The medicine as schema.org describes a drug."""
    rows = [row for row in content.interactions if row.severity in TOLD]
    return {
        "@type": "Drug",
        "name": content.name,
        "url": url,
        "nonProprietaryName": content.name,
        "description": plain(content.lead.text),
        "prescriptionStatus": f"{SCHEMA}/PrescriptionOnly",
        "code": [
            {"@type": "MedicalCode", "codingSystem": system, "codeValue": value}
            for system, value in content.codes.items()
        ],
        "warning": [
            content.warning.title,
            *(plain(statement.text) for statement in statements_of(content.warning.blocks)),
        ],
        "interactingDrug": [interacting(row) for row in rows if row.names],
    }


def interacting(row: Interaction) -> dict[str, str]:
    return {
        "@type": "Drug",
        "name": row.label,
        "description": f"{row.what_can_happen} {row.customer_text}",
    }


def offers(packs: Iterable[Pack], url: str) -> dict[str, Any]:
    """Strengths and offers; nothing at all for a medicine without packs."""
    packs = list(packs)
    if not packs:
        return {}
    return {
        "availableStrength": [
            drug_strength(strength) for strength in dict.fromkeys(pack.strength for pack in packs)
        ],
        "dosageForm": str(packs[0].form.label),
        "offers": [offer(pack, url) for pack in packs],
    }


def drug_strength(strength: Strength) -> dict[str, Any]:
    """Number and unit as the page has them; a short decimal is the same number in JSON."""
    number, unit = strength.words.split(" ", 1)
    value = Decimal(number)
    return {
        "@type": "DrugStrength",
        "strengthValue": int(value) if value == int(value) else float(value),
        "strengthUnit": unit,
    }


def offer(pack: Pack, url: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "url": f"{url}#pack-{pack.sku}",
        "sku": pack.sku,
        "price": str(pack.price),
        "priceCurrency": pack.currency,
        "availability": f"{SCHEMA}/{'InStock' if pack.is_available else 'OutOfStock'}",
    }

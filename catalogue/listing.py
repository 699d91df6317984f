"""Cards of medicines for the front page, lists and search: two queries, however many there are."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalogue.amounts import Strength
from catalogue.content.models import Signature
from catalogue.models import Product
from catalogue.packs import Pack, cheapest, packs_of

MAX_QUERY_LENGTH = 200
MAX_QUERY_WORDS = 8
# A word that is one slip of the finger from one of ours, or two where it is long.
SHORTEST_CORRECTED = 5
SHORTEST_WITH_TWO_SLIPS = 8


@dataclass(frozen=True)
class Card:
    """A medicine on a list; from_pack is None when nothing of it can be bought now."""

    title: str
    url: str
    needs_prescription: bool
    strengths: tuple[Strength, ...]
    from_pack: Pack | None


def on_show() -> QuerySet[Product]:
    """The products a visitor may browse; of medicines, those whose text somebody has signed once.

    Where a signature was taken back, the page stays: who takes it still looks for it.
    """
    signed = Signature.objects.filter(version__medicine__product=OuterRef("pk"))
    return Product.objects.filter(
        Exists(signed) | Q(product_class__needs_prescription=False, dose_form=""),
        is_public=True,
        parent__isnull=True,
    )


def medicines() -> QuerySet[Product]:
    """The same, with what a card needs of them."""
    return (
        on_show()
        .select_related("product_class")
        .only("title", "slug", "structure", "parent_id", "product_class__needs_prescription")
        .order_by("title", "pk")
    )


def cards_of(products: QuerySet[Product] | list[Product]) -> list[Card]:
    """Cards of these products, in their order."""
    products = list(products)
    packs: dict[int, list[Pack]] = defaultdict(list)
    for pack in packs_of([product.pk for product in products]):
        packs[pack.parent_id].append(pack)
    return [_card(product, packs[product.pk]) for product in products]


def medicines_with_prices(limit: int = 24) -> list[Card]:
    """The first medicines of the shop by name, with strengths and live lowest price."""
    return cards_of(medicines()[:limit])


def _card(product: Product, packs: list[Pack]) -> Card:
    return Card(
        title=product.title,
        url=product.get_absolute_url(),
        needs_prescription=product.get_product_class().needs_prescription,
        strengths=tuple(dict.fromkeys(pack.strength for pack in packs)),
        from_pack=cheapest(packs),
    )


def search_words(query: str) -> list[str]:
    """The words of what somebody typed, without control characters, cut to a sane length."""
    printable = "".join(
        char if unicodedata.category(char)[0] in "LNPS" else " "
        for char in query[:MAX_QUERY_LENGTH]
    )
    return printable.strip("\"'“”‘’ ").lower().split()[:MAX_QUERY_WORDS]


def find(query: str) -> QuerySet[Product]:
    """Products that have every word in their title, names, brands, tags, category or headlines."""
    words = search_words(query)
    if not words:
        return medicines().none()
    found = medicines()
    for word in words:
        found = found.filter(
            Q(title__icontains=word)
            | Q(medicine__search_text__icontains=word)
            | Q(tags__name__icontains=word)
            | Q(categories__name__icontains=word)
        )
    return found.distinct()


def corrected(query: str) -> str:
    """The query with misspelt words put right; empty when no word of ours is near."""
    ours = _words_of_the_shop()
    words = [_nearest(word, ours) for word in search_words(query)]
    return " ".join(words) if words and all(words) else ""


def _nearest(word: str, ours: list[str]) -> str:
    if word in ours or any(word in one for one in ours):
        return word
    if len(word) < SHORTEST_CORRECTED:
        return ""
    slips = 2 if len(word) >= SHORTEST_WITH_TWO_SLIPS else 1
    found = process.extractOne(word, ours, scorer=OSA.distance, score_cutoff=slips)
    return found[0] if found else ""


def _words_of_the_shop() -> list[str]:
    """Words of titles, names, brands, tags and categories of what is on show. One query."""
    rows = on_show().values_list("title", "medicine__search_text", "tags__name", "categories__name")
    text = " ".join(each for row in rows for each in row if each)
    return sorted(set(text.lower().split()))

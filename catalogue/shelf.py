"""Puts a medicine's product, packs, category and tags into the shop, where they are missing.

What exists is left alone: titles, prices and stock belong to the staff from then on.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from oscar.apps.address.models import Country
from oscar.apps.catalogue.models import Category
from oscar.apps.partner.models import Partner, StockRecord

from catalogue.amounts import DoseForm, NotAStrength, Strength
from catalogue.content.located import Notes
from catalogue.content.located import Row as PackRow
from catalogue.content.models import Medicine, Tag
from catalogue.models import Product, ProductClass
from shop.datafiles import FilesInvalid, Problem, Row, Text, held_to, read_file

PRESCRIPTION_MEDICINE = "Prescription medicine"
PARTNER = "Pharmacy"


@dataclass(frozen=True)
class NewPack:
    """A pack as its file describes it; the price is for the whole pack."""

    sku: str
    form: DoseForm
    strength: Strength
    units: int
    price: Decimal
    stock: int
    countries: tuple[str, ...]


@dataclass(frozen=True)
class OnShelf:
    """What medicine.yaml says of the product."""

    name: Text
    title: Text
    category: Text
    tags: tuple[Text, ...] = ()


def put_on_the_shelf(folder: Path) -> Medicine:
    """The medicine of a folder, with its product, category and tags; creates what is missing.

    Raises FilesInvalid when the folder does not say what the product is called.
    """
    found = Medicine.objects.filter(slug=folder.name).first()
    return found or _new_medicine(folder)


@transaction.atomic
def _new_medicine(folder: Path) -> Medicine:
    known = _shelf_of(folder)
    product = Product(
        structure=Product.PARENT,
        title=known.title,
        product_class=prescription_class(),
        is_discountable=False,
    )
    product.save()
    product.categories.add(category_named(known.category))
    for tag in known.tags:
        tag_named(tag).products.add(product)
    return Medicine.objects.create(slug=folder.name, name=known.name, product=product)


def _shelf_of(folder: Path) -> OnShelf:
    whole = read_file(folder / "medicine.yaml", name=f"{folder.name}/medicine.yaml")
    row = Row(whole.place)
    for key in OnShelf.__dataclass_fields__.keys() & whole.keys():
        row.put(key, whole[key], whole.places[key])
    return held_to(OnShelf, row)


def prescription_class() -> ProductClass:
    return ProductClass.objects.get_or_create(
        name=PRESCRIPTION_MEDICINE,
        defaults={"needs_prescription": True, "track_stock": True, "requires_shipping": True},
    )[0]


def category_named(name: str) -> Category:
    return Category.objects.filter(name=name).first() or Category.add_root(name=name)


def tag_named(name: str) -> Tag:
    return Tag.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0]


def read_packs(folder: Path) -> list[NewPack]:
    """The packs of a folder, none when it has no packs.yaml. Raises FilesInvalid."""
    path = folder / "packs.yaml"
    if not path.exists():
        return []
    problems: list[Problem] = []
    notes = Notes(f"{folder.name}/packs.yaml", problems)
    root = notes.read(path)
    root = root if isinstance(root, PackRow) else PackRow()
    form = _form(root, notes)
    strengths = notes.rows(root.get("strengths", []), root.line_of("strengths"), "strengths")
    packs = [pack for strength in strengths for pack in _packs_of(strength, form, notes)]
    for pack in packs:
        if [other.sku for other in packs].count(pack.sku) > 1:
            notes.add(1, f"pack “{pack.sku}” stands here more than once")
    if problems:
        raise FilesInvalid(problems)
    return packs


def _form(root: PackRow, notes: Notes) -> DoseForm:
    name = notes.text(root, "form")
    if name not in DoseForm.values:
        known = ", ".join(DoseForm.values)
        notes.add(root.line_of("form"), f"unknown form “{name}”; it must be one of: {known}")
        return DoseForm.TABLET
    return DoseForm(name)


def _packs_of(row: PackRow, form: DoseForm, notes: Notes) -> list[NewPack]:
    try:
        strength = form.strength(notes.text(row, "strength"))
    except NotAStrength as error:
        notes.add(row.line_of("strength"), str(error))
        return []
    countries = notes.texts(row, "countries")
    for code in countries:
        if code not in Locale("en").territories or len(code) != len("AU"):
            notes.add(row.line_of("countries"), f"unknown country “{code}”")
    rows = notes.rows(row.get("packs", []), row.line_of("packs"), "packs")
    return [_pack(each, form, strength, countries, notes) for each in rows]


def _pack(
    row: PackRow, form: DoseForm, strength: Strength, countries: tuple[str, ...], notes: Notes
) -> NewPack:
    units, price = _positive(row, "units", notes), _price(row, notes)
    if price % form.price_step(units):
        per = form.kind.per_price
        notes.add(row.line_of("price"), f"{price} is not a whole number of cents {per}")
    return NewPack(
        sku=notes.text(row, "sku"),
        form=form,
        strength=strength,
        units=units,
        price=price,
        stock=_positive(row, "stock", notes, least=0),
        countries=countries,
    )


def _positive(row: PackRow, key: str, notes: Notes, *, least: int = 1) -> int:
    value = row.get(key)
    if isinstance(value, int) and value >= least:
        return value
    notes.add(row.line_of(key), f"“{key}” must be a whole number, {least} or more")
    return least


def _price(row: PackRow, notes: Notes) -> Decimal:
    try:
        price = Decimal(notes.text(row, "price"))
    except InvalidOperation:
        price = Decimal(0)
    if not price.is_finite() or price <= 0 or price != price.quantize(Decimal("0.01")):
        notes.add(row.line_of("price"), '“price” must be an amount such as "21.00", in quotes')
        return Decimal(1)
    return price


def load_packs(folder: Path) -> list[str]:
    """Create the packs of a folder that do not exist; returns what was done, in words."""
    packs = read_packs(folder)
    with transaction.atomic():
        medicine = put_on_the_shelf(folder)
        partner = Partner.objects.get_or_create(name=PARTNER)[0]
        if packs and not medicine.product.dose_form:
            medicine.product.dose_form = packs[0].form
            medicine.product.save(update_fields=["dose_form"])
        return [
            f"{pack.sku}: created"
            for pack in packs
            if not _exists(medicine.product, pack) and _create(medicine.product, pack, partner)
        ]


def _exists(parent: Product, pack: NewPack) -> bool:
    size = parent.children.filter(strength=pack.strength, units=pack.units)
    return size.exists() or StockRecord.objects.filter(partner_sku=pack.sku).exists()


def _create(parent: Product, pack: NewPack, partner: Partner) -> Product:
    product = Product(
        structure=Product.CHILD,
        parent=parent,
        upc=pack.sku,
        title=f"{parent.title} {pack.strength.words}, {pack.form.counted(pack.units)}",
        strength=pack.strength,
        units=pack.units,
        is_discountable=False,
    )
    product.full_clean(exclude=["slug"])
    product.save()
    product.supply_countries.set([country(code) for code in pack.countries])
    StockRecord.objects.create(
        product=product,
        partner=partner,
        partner_sku=pack.sku,
        price_currency=settings.OSCAR_DEFAULT_CURRENCY,
        price=pack.price,
        num_in_stock=pack.stock,
    )
    return product


def country(code: str) -> Country:
    """The country; a new one is only shipped to when the pharmacy is licensed for it."""
    name = Locale("en").territories[code]
    if len(code) != len("AU"):
        raise ValidationError(code)
    return Country.objects.get_or_create(
        iso_3166_1_a2=code,
        defaults={
            "printable_name": name,
            "name": name,
            "is_shipping_country": code in settings.LICENSED_COUNTRIES,
        },
    )[0]


def create_licensed_countries() -> None:
    """The countries a customer may give as an address."""
    for code in settings.LICENSED_COUNTRIES:
        country(code)

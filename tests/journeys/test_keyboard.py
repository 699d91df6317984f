"""An easy prescription with two hands on the keyboard, from the queue to the recorded approval."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import sending, supply_ledger
from shop.prescriptions.files.intake import Picture
from shop.prescriptions.files.receiving import Upload
from shop.prescriptions.models import Prescription, Supply
from shop.prescriptions.sending import Wish
from shop.prescriptions.statuses import Status
from shop.review import services as reviews
from tests.browser import Visitor
from tests.conftest import approve, mg, patient_answers, send_prescription
from tests.journeys import story
from tests.prescriptions import samples
from tests.prescriptions.test_ledger import line_of_an_order
from tests.review.desk import approve_reviewed, transcription
from tests.signed import load_medicines

pytestmark = pytest.mark.journey

MOST_TABS = 40
MOST_TYPED = 60
MOST_SCREENS = 3
SIZES = [{"width": 1280, "height": 800}, {"width": 1920, "height": 1080}]
EASY = {
    "patient_name": "Uma Underwood",
    "date_of_birth": datetime.date(1990, 3, 14),
    "sex_at_birth": "female",
    "address": "7 Sample Avenue, Adelaide",
    "state": "SA",
    "postcode": "5000",
    "other_medicines": "",
    "takes_nothing_else": True,
}


class Hands:
    """Two hands on a keyboard, that count what they do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.tabs = self.typed = self.others = 0

    def tab(self, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press("Tab")
        self.tabs += times

    def type(self, text: str) -> None:
        """Into a field."""
        self.page.keyboard.type(text)
        self.typed += len(text)

    def press(self, *keys: str) -> None:
        """Anything else: a shortcut, Space, Enter, a digit that chooses."""
        for key in keys:
            self.page.keyboard.press(key)
        self.others += len(keys)

    def at(self) -> str:
        """What has the focus, by its name."""
        name: str = self.page.evaluate(
            "document.activeElement.name || document.activeElement.id || document.activeElement.tagName"
        )
        return name

    def tab_to(self, name: str) -> None:
        for _ in range(12):
            if self.at() == name:
                return
            self.tab()
        raise AssertionError(f"{name} is far from {self.at()}")


@pytest.fixture
def baclofen(live_shop: str) -> Product:
    load_medicines(packs=True)
    return Product.objects.get(title="Baclofen tablets")


@pytest.fixture
def easy(baclofen: Product, customer: User, other_customer: User, pharmacist: User) -> Prescription:
    """One of somebody for whom nothing stands in the way, by a prescriber who was read before."""
    earlier = send_prescription(other_customer, baclofen)
    approve_reviewed(earlier, baclofen, by=pharmacist)
    sheet = {**transcription(baclofen), "prescriber": "Dr Robin Specimen"}
    earlier.worksheet = reviews.Worksheet.objects.create(
        prescription=earlier, typed=sheet, saved_by=pharmacist
    )
    supply_here(customer, baclofen, pharmacist)
    return sending.submit(
        by=customer,
        answers=patient_answers(**EASY),
        wishes=[Wish(medicine_id=baclofen.pk, strength=mg(10), units=90)],
        uploads=[Upload(samples.jpeg(), (Picture(samples.jpeg(), 640, 480),))],
    )


def supply_here(customer: User, baclofen: Product, pharmacist: User) -> None:
    """The patient takes it from this pharmacy, and it nearly ends."""
    earlier = send_prescription(customer, baclofen)
    approve(earlier, baclofen, by=pharmacist, units=90)
    supply_ledger.take(earlier.authorisations.get(), units=90, order_line=line_of_an_order(1))
    Supply.objects.update(taken_at=timezone.now() - datetime.timedelta(days=28))


@pytest.mark.parametrize("size", SIZES, ids=["1280", "1920"])
def test_an_easy_case_takes_few_keys(
    visitor: Visitor,
    pharmacist: User,
    easy: Prescription,
    size: dict[str, int],
    record_property: Callable[[str, object], None],
) -> None:
    page = story.come_in(visitor, pharmacist, "/admin/")
    page.set_viewport_size(size)  # type: ignore[arg-type]
    hands = Hands(page)
    expect(page.locator("h1")).to_contain_text("Prescriptions")
    page.wait_for_load_state()

    hands.press("n")
    expect(page.locator("h1")).to_contain_text(easy.reference)
    page.wait_for_load_state()
    hands.press("b")
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    page.wait_for_load_state()
    read(hands)
    hands.press("Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    page.wait_for_load_state()
    assert page.get_by_label("Prescriber’s registration number").input_value() == "48213"
    story.held_to_the_rules(page, f"keyboard-read-{size['width']}")
    height = page.evaluate("document.documentElement.scrollHeight")
    settle_alerts(hands)
    prove(hands)
    hands.press("Escape", "l")
    expect(page.get_by_role("status").first).to_contain_text("Signed: Legal check")
    page.wait_for_load_state()
    expect(page.locator(".point input").first).to_be_focused()
    hands.press(*"1" * page.locator(".point").count())
    hands.press("c")
    expect(page.get_by_role("status").first).to_contain_text("Signed: Clinical check")
    expect(page.locator("[data-record]")).to_be_focused()
    hands.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Approved")

    easy.refresh_from_db()
    assert easy.status == Status.APPROVED
    allowed = easy.authorisations.get()
    assert (allowed.units_per_supply, allowed.supplies) == (90, 3)
    assert allowed.directions == DIRECTIONS
    said = f"{hands.tabs} Tabs, {hands.typed} typed, {hands.others} others, {height} px high"
    record_property("keys", said)
    assert hands.tabs <= MOST_TABS, said
    assert hands.typed <= MOST_TYPED, said
    if size["width"] == 1920:
        assert height <= MOST_SCREENS * size["height"], said


DIRECTIONS = "1 three times a day with food"


def read(hands: Hands) -> None:
    """Tick what is the same; type what decides the supply."""
    for name in ("patient_name", "date_of_birth", "address", "medicine", "form"):
        hands.tab_to(f"same_{name}")
        hands.press("Space")
    hands.tab_to("prescriber")
    hands.type("spec")
    hands.tab_to("issued_on")
    hands.type(f"{timezone.localdate() - datetime.timedelta(days=2):%m%d%Y}")
    hands.tab_to("signed")
    hands.type("i")
    hands.tab_to("indelible")
    hands.type("y")
    hands.tab()
    hands.type("90")
    hands.tab()
    hands.type("3")
    hands.tab()
    hands.type("2")
    hands.tab()
    hands.type(DIRECTIONS)


def settle_alerts(hands: Hands) -> None:
    """An easy case has little to settle; what only has to be seen is seen with one press."""
    while hands.at().endswith("-outcome"):
        hands.press("ArrowDown")
        hands.tab()
        hands.type("told by letter")
        hands.press("Control+Enter")
    if hands.at() == "notes_seen":
        hands.press("Space", "Control+Enter")


def prove(hands: Hands) -> None:
    hands.tab_to("authenticity")
    hands.type("t")
    hands.tab_to("proof_on")
    hands.type(f"{timezone.localdate():%m%d%Y}")
    hands.tab_to("identity_method")
    hands.type("n")
    hands.tab_to("identity_result")
    hands.type("y")

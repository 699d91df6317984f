"""The page that takes a prescription: choosing, looking, removing, sending, and losing nothing."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions.models import Document, Prescription
from shop.prescriptions.statuses import Status
from tests.browser import PHONE, Visitor, accessibility_faults
from tests.conftest import basket_with, pack_of
from tests.journeys.story import (
    answer_questions,
    come_in,
    held_to_the_rules,
    open_folds,
    tell_of_the_medicine,
)
from tests.prescriptions import hostile, samples

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

URL = "/checkout/prescription/"


@pytest.fixture
def page(visitor_with: Visitor, customer: User, medicine: Product) -> Page:
    """Signed in, at the prescription step."""
    basket_with(customer, pack_of(medicine, 10, 60))
    opened = come_in(visitor_with, customer, URL)
    expect(opened.locator("h1")).to_contain_text("Your prescription")
    return opened


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {
        "front.jpg": samples.jpeg(),
        "back.png": samples.png("back"),
        "scan.pdf": samples.pdf(),
        "phone.heic": hostile.picture("HEIF"),
        "broken.jpg": samples.cut(samples.jpeg()),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in made}


def choose(page: Page, *paths: Path) -> None:
    page.get_by_label("Your prescription").set_input_files(list(paths))


def fill_in(page: Page) -> None:
    page.get_by_label("Name on the prescription").fill("Robin Example")
    answer_questions(page)
    tell_of_the_medicine(page)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send to the pharmacist").click()


def chosen(page: Page) -> list[str]:
    """The names that are listed, which are the names that would be sent."""
    listed = page.locator("[data-files] .what > [data-name]").all_inner_texts()
    held = page.evaluate(
        "[...document.querySelector('[data-drop] > input').files].map(f => f.name)"
    )
    assert listed == held
    return listed


def drop(page: Page, path: Path, mime: str) -> None:
    data = base64.b64encode(path.read_bytes()).decode()
    transfer = page.evaluate_handle(
        """([data, name, type]) => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
            transfer.items.add(new File([bytes], name, { type }));
            return transfer;
        }""",
        [data, path.name, mime],
    )
    page.dispatch_event("[data-drop]", "dragenter", {"dataTransfer": transfer})
    expect(page.locator("[data-drop].over")).to_be_visible()
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})


def test_files_are_chosen_dropped_looked_at_and_removed(page: Page, files: dict[str, Path]) -> None:
    choose(page, files["front.jpg"], files["scan.pdf"])
    choose(page, files["phone.heic"])
    drop(page, files["back.png"], "image/png")

    assert chosen(page) == ["front.jpg", "scan.pdf", "phone.heic", "back.png"]
    expect(page.locator("[data-files] img")).to_have_count(2)
    held_to_the_rules(page, "upload-chosen")

    page.get_by_role("button", name="Look closer at front.jpg").click()
    held_to_the_rules(page, "upload-closer")
    page.get_by_role("button", name="Remove scan.pdf").click()

    assert chosen(page) == ["front.jpg", "phone.heic", "back.png"]
    expect(page.get_by_text("scan.pdf removed")).to_be_attached()
    expect(page.get_by_role("button", name="Remove front.jpg")).to_be_focused()


def test_the_same_file_is_listed_once(page: Page, files: dict[str, Path]) -> None:
    choose(page, files["front.jpg"])
    choose(page, files["front.jpg"])

    assert chosen(page) == ["front.jpg"]


def test_a_file_that_is_too_large_or_too_many_is_said_before_it_is_sent(
    page: Page, files: dict[str, Path], tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(10 * 1024 * 1024 + 1))

    choose(page, large, *files.values())

    expect(page.get_by_text("Larger than 10 MB").filter(visible=True)).to_have_count(1)
    expect(page.get_by_text("5 files: remove one").filter(visible=True)).to_have_count(1)
    held_to_the_rules(page, "upload-too-large")


def test_what_was_chosen_is_sent_with_progress(page: Page, files: dict[str, Path]) -> None:
    seen: list[str] = []

    def slowly(route: Route) -> None:
        expect(page.get_by_role("progressbar")).to_be_visible()
        seen.extend(accessibility_faults(page) or ["fine"])
        route.continue_()

    fill_in(page)
    choose(page, files["front.jpg"], files["phone.heic"])
    page.route(f"**{URL}", slowly)
    send(page)

    expect(page.locator("main")).to_contain_text("Waiting for the pharmacist")
    assert seen == ["fine"]
    sent = Prescription.objects.get()
    assert sent.status == Status.SUBMITTED
    assert Document.objects.count() == 2


def test_a_lost_connection_loses_nothing(
    visitor_with: Visitor, page: Page, files: dict[str, Path]
) -> None:
    fill_in(page)
    choose(page, files["front.jpg"])
    page.route(f"**{URL}", lambda route: route.abort("connectionreset"))
    send(page)

    expect(page.get_by_role("alert").filter(has_text="The connection was lost")).to_be_visible()
    held_to_the_rules(page, "upload-lost")
    assert chosen(page) == ["front.jpg"]
    expect(page.get_by_label("Allergies")).to_have_value("none")

    page.unroute(f"**{URL}")
    page.get_by_role("button", name="Try again").click()

    expect(page.locator("main")).to_contain_text("Waiting for the pharmacist")
    assert Prescription.objects.get().answers["allergies"] == "none"
    visitor_with.complaints.clear()  # the browser notes the connection that was cut


def test_a_refused_file_keeps_the_others_and_the_answers(
    page: Page, files: dict[str, Path]
) -> None:
    fill_in(page)
    choose(page, files["front.jpg"], files["broken.jpg"])
    send(page)

    expect(page.locator(".errsum:not([data-lost])")).to_be_focused()
    expect(page.locator("#id_documents_error")).to_contain_text("broken.jpg: We could not open")
    held_to_the_rules(page, "upload-refused")
    assert chosen(page) == ["front.jpg", "broken.jpg"]

    page.get_by_role("button", name="Remove broken.jpg").click()
    send(page)

    expect(page.locator("main")).to_contain_text("Waiting for the pharmacist")
    assert Document.objects.count() == 1


def test_an_error_of_the_shop_keeps_everything(
    visitor_with: Visitor, page: Page, files: dict[str, Path]
) -> None:
    fill_in(page)
    choose(page, files["front.jpg"])
    page.route(f"**{URL}", lambda route: route.fulfill(status=502, body="Bad gateway"))
    send(page)

    expect(
        page.get_by_role("alert").filter(has_text="Something went wrong on our side")
    ).to_be_visible()
    assert chosen(page) == ["front.jpg"]
    visitor_with.complaints.clear()


def test_what_was_typed_is_there_again_after_the_browser_was_closed(
    visitor_with: Visitor, page: Page, customer: User
) -> None:
    open_folds(page)
    with page.expect_response(lambda got: "kidney_problems=unsure" in str(got.request.post_data)):
        page.get_by_label("Name on the prescription").fill("Robin Example")
        page.locator('[name="date_of_birth_day"]').fill("14")
        page.locator('input[name="kidney_problems"][value="unsure"]').check()
    expect(page.get_by_text("Your answers are kept")).to_be_visible()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    browser = page.context.browser
    assert browser
    with browser.new_context(viewport=page.viewport_size) as another:
        someone = Visitor(another, visitor_with.origin)
        again = come_in(someone, customer, URL)

        expect(again.get_by_text("We kept the answers you typed before")).to_be_visible()
        expect(again.get_by_label("Name on the prescription")).to_have_value("Robin Example")
        expect(again.locator('[name="date_of_birth_day"]')).to_have_value("14")
        expect(again.locator('input[name="kidney_problems"][value="unsure"]')).to_be_checked()
        held_to_the_rules(again, "upload-restored")

        again.get_by_role("button", name="Delete what I typed").click()
        expect(again.get_by_label("Name on the prescription")).to_have_value("")


def test_the_page_works_without_javascript(
    visitor_with: Visitor, page: Page, files: dict[str, Path]
) -> None:
    browser = page.context.browser
    assert browser
    state = page.context.storage_state()
    with browser.new_context(
        java_script_enabled=False, storage_state=state, viewport=page.viewport_size
    ) as plain:
        someone = Visitor(plain, visitor_with.origin)
        opened = someone.open(URL)
        fill_in(opened)
        choose(opened, files["front.jpg"], files["back.png"])
        send(opened)

        expect(opened.locator("main")).to_contain_text("Waiting for the pharmacist")
        assert Document.objects.count() == 2


def test_a_telephone_offers_its_camera(
    chromium: Browser, live_shop: str, customer: User, medicine: Product, files: dict[str, Path]
) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))
    with chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True) as telephone:
        page = come_in(Visitor(telephone, live_shop), customer, URL)
        camera = page.get_by_label("Take a photo")

        expect(page.get_by_text("Take a photo")).to_be_visible()
        expect(camera).to_have_attribute("capture", "environment")
        choose(page, files["front.jpg"])
        camera.set_input_files(files["back.png"])

        assert chosen(page) == ["front.jpg", "back.png"]
        held_to_the_rules(page, "upload-telephone")

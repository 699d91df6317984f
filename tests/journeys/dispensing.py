"""How an order is dispensed, checked and sent in the browser; each press is counted, scans are not."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.dispensed import carrier
from tests.journeys.story import arrive_at, held_to_the_rules


class Presses:
    """How often somebody has pressed something."""

    def __init__(self) -> None:
        self.count = 0

    def press(self, page: Page, role: str, name: str) -> None:
        self.count += 1
        page.get_by_role(role, name=name).click()  # type: ignore[arg-type]


def scan(page: Page, code: str) -> None:
    """A scanner types into what has the focus, and ends with Enter."""
    expect(page.get_by_role("textbox", name=re.compile("^Scan"))).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def dispense(page: Page, presses: Presses, code: str, *, wrong: str = "") -> None:
    """The next order that waits for it, from the lists."""
    arrive_at(page, "Dispensary", "dispensing-lists")
    presses.press(page, "link", "Dispense next")
    arrive_at(page, "Dispense", "dispense")
    if wrong:
        scan(page, wrong)
        expect(page.get_by_role("alert")).to_contain_text("Wrong pack")
        held_to_the_rules(page, "dispense-wrong")
    scan(page, code)
    expect(page.locator(".got")).to_contain_text("1 of 1")
    held_to_the_rules(page, "dispense-picked")
    presses.press(page, "button", "Print and hand to the check")
    arrive_at(page, "Print", "dispense-print")
    expect(page.get_by_role("link", name="Labels (PDF)")).to_be_visible()


def check(page: Page, presses: Presses, code: str) -> None:
    """Another person, from the lists too."""
    presses.press(page, "link", "Check next")
    arrive_at(page, "Check", "check")
    number = str(page.locator("h1").inner_text()).split()[-1]
    scan(page, f"{number}-1")
    expect(page.locator(".got").first).to_contain_text("Scanned")
    scan(page, code)
    expect(page.locator(".got").last).to_contain_text("1 of 1")
    held_to_the_rules(page, "check-scanned")
    presses.press(page, "button", "All six are right")
    arrive_at(page, "Send", "send")


def send(page: Page, presses: Presses) -> None:
    """What was checked leaves."""
    page.get_by_role("link", name="Dispensary", exact=True).first.click()
    presses.press(page, "link", "Send next")
    carrier()
    arrive_at(page, "Send", "send")
    scan(page, "1234567890")
    expect(page.locator(".got")).to_contain_text(carrier().name)
    held_to_the_rules(page, "send-scanned")
    presses.press(page, "button", "Sent")
    expect(page.get_by_role("status").first).to_contain_text("is sent")

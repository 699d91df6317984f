"""Rules about the paper: signed, dated, in date, whose it is, who wrote it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shop.review.rules.alert import Alert, Lifter, Severity, legal
from shop.review.rules.case import Case
from shop.review.transcription import Indelible, Signed

PARTICULARS = (
    "What a prescription holds: Human Medicines Regulations 2012, regulation 217 (Great Britain) [V]; "
    "rule text of a US state [V]"
)
MATCHES = f"{PARTICULARS}; pharmacy standards RX-10"
DUPLICATES = "GPhC, providing services online [V]; pharmacy standards ID-4"
PICTURES = "House rule: nothing that the customer sent is passed over in silence"
SCANS = "Pharmacy standards RX-1"


@legal("no-signature")
def signature(case: Case) -> Iterator[Alert]:
    """A prescription that is not signed is none."""
    signed = case.transcription.signed
    if signed == Signed.NO:
        yield Alert("no-signature", Severity.BLOCK, _("It is not signed."), PARTICULARS)
    elif not signed:
        title = _("Whether it is signed is not entered.")
        yield Alert("no-signature", Severity.BLOCK, title, PARTICULARS)


@legal("no-date", "future-date", "expired")
def dates(case: Case) -> Iterator[Alert]:
    """Dated, not in the future, and within the profile's time."""
    issued_on = case.transcription.issued_on
    if issued_on is None:
        yield Alert("no-date", Severity.BLOCK, _("It has no date."), PARTICULARS)
        return
    last_day = case.profile.last_day_of(issued_on)
    if issued_on > case.latest_day:
        title = _("Its date is in the future.")
        yield Alert("future-date", Severity.BLOCK, title, PARTICULARS)
    elif last_day < case.today:
        title = _("It ended on %(day)s.") % {"day": date_format(last_day, "j F Y")}
        yield Alert("expired", Severity.BLOCK, title, case.profile.valid_for.cited)


@legal("not-indelible")
def indelible(case: Case) -> Iterator[Alert]:
    """Written so that it cannot be rubbed out, where the profile asks for it."""
    said = case.transcription.indelible
    needed = case.profile.needs_indelible
    if said == Indelible.NO and needed.value:
        title = _("It is not written indelibly.")
        yield Alert("not-indelible", Severity.BLOCK, title, needed.cited)
    elif not said and needed.value:
        title = _("Whether it is written indelibly is not entered.")
        yield Alert("not-indelible", Severity.BLOCK, title, needed.cited)


@legal("patient-mismatch", "no-patient-name", "patient-incomplete")
def patient(case: Case) -> Iterator[Alert]:
    """The patient on the paper is the patient of the account (RX-10)."""
    named = {"patient_name", "date_of_birth", "address"}
    for row in case.rows:
        if row.name in named and row.is_different:
            title = _("%(field)s: the prescription does not say what the patient said.")
            yield Alert(
                "patient-mismatch",
                Severity.QUERY,
                title % {"field": row.label},
                MATCHES,
                about=row.name,
            )
    if not case.transcription.patient_name:
        title = _("No patient's name was read.")
        yield Alert("no-patient-name", Severity.BLOCK, title, PARTICULARS)
    for name, text in (
        ("address", _("No patient's address was read.")),
        ("date_of_birth", _("No date of birth was read; the age has to come from elsewhere.")),
    ):
        if not getattr(case.transcription, name):
            yield Alert("patient-incomplete", Severity.QUERY, text, PARTICULARS, about=name)


@legal("order-mismatch", "no-medicine")
def order(case: Case) -> Iterator[Alert]:
    """What was ordered is what was prescribed."""
    for row in case.rows:
        if row.name in {"medicine", "form"} and row.is_different:
            title = _("%(field)s: ordered %(said)s, prescribed %(read)s.")
            values = {"field": row.label, "said": row.said, "read": row.read}
            yield Alert(
                "order-mismatch", Severity.QUERY, title % values, PARTICULARS, about=row.name
            )
    if not case.transcription.medicine:
        title = _("No medicine's name was read.")
        yield Alert("no-medicine", Severity.BLOCK, title, PARTICULARS)
    if not case.items:
        title = _("No strength was read.")
        yield Alert("no-medicine", Severity.BLOCK, title, PARTICULARS, about="strength")


@legal("no-prescriber", "prescriber-incomplete")
def prescriber(case: Case) -> Iterator[Alert]:
    """Who wrote it can be found again."""
    read = case.transcription
    if not read.prescriber:
        title = _("No prescriber's name was read.")
        yield Alert("no-prescriber", Severity.BLOCK, title, PARTICULARS)
    for name, text in (
        ("prescriber_address", _("No prescriber's address was read.")),
        ("prescriber_kind", _("What kind of practitioner the prescriber is, is not entered.")),
        ("prescriber_number", _("No prescriber's registration number was read.")),
    ):
        if not getattr(read, name):
            yield Alert("prescriber-incomplete", Severity.QUERY, text, PARTICULARS, about=name)


@legal("duplicate")
def seen_before(case: Case) -> Iterator[Alert]:
    """The same file, or the same prescription, was sent before.

    What is in the way of a second supply goes on only when another pharmacist has looked at both.
    """
    alone = _("Refuse it, or ask another pharmacist to look at both and record it on this page.")
    for other in case.seen_before:
        must_wait = other.is_in_the_way and not other.seconded
        said = {"what": other.label, "reference": other.reference, "fate": other.fate}
        title = _("%(what)s: %(reference)s (%(fate)s).") % said
        yield Alert(
            "duplicate",
            Severity.BLOCK if must_wait else Severity.QUERY,
            " ".join([title, alone if must_wait else other.seconded]).strip(),
            DUPLICATES,
            about=f"{other.kind}-{other.reference}",
            liftable_by=Lifter.COLLEAGUE if must_wait else Lifter.PHARMACIST,
        )


@legal("new-pictures")
def better_pictures(case: Case) -> Iterator[Alert]:
    """What was typed was read on other pictures: the new ones are held against it."""
    new = [each for each in case.papers if each.is_new]
    if new:
        title = _("New since you asked: %(what)s. Hold what was typed against it.")
        yield Alert(
            "new-pictures",
            Severity.NOTE,
            title % {"what": "; ".join(each.words for each in new)},
            PICTURES,
            about=f"{new[0].sent_at:%Y%m%d%H%M%S%f}",
        )


@legal("unscanned")
def scanned(case: Case) -> Iterator[Alert]:
    """A file that no scanner looked at is opened with care."""
    if case.unscanned:
        title = _("A file was not scanned for malware; only its picture is shown here.")
        yield Alert("unscanned", Severity.NOTE, title, SCANS)


RULES = (
    signature,
    dates,
    indelible,
    patient,
    order,
    prescriber,
    seen_before,
    better_pictures,
    scanned,
)

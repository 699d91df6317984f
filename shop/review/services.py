"""What a pharmacist does at the desk: keep the sheet, sign, ask the prescriber, decide.

Only the pharmacist who holds the prescription, and saw it as it is now, may do any of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shop.accounts.actors import actor_of
from shop.accounts.models import User
from shop.audit import states
from shop.jurisdictions.profile import Authenticity
from shop.patients.models import Patient
from shop.patients.wording import label_of
from shop.prescriptions import duplicates, history, supply_ledger
from shop.prescriptions import services as prescriptions
from shop.prescriptions.authorising import Allowance
from shop.prescriptions.models import Prescription
from shop.prescriptions.services import Legal, Replaced
from shop.prescriptions.statuses import (
    STANDARD_QUESTIONS,
    STANDS,
    UNDER_REVIEW,
    AskReason,
    RefusalReason,
)
from shop.review import flags, seconding, settled, takers
from shop.review.both_checks import pair_problems
from shop.review.care import follow_up_on
from shop.review.freezing import frozen
from shop.review.models import (
    AddedMedicine,
    AnswersChange,
    Check,
    CheckKind,
    Decision,
    DecisionKind,
    PrescriberQuery,
    SecondLook,
    StruckMedicine,
    Worksheet,
)
from shop.review.work import (
    Problem,
    Work,
    allowance_problems,
    care_problems,
    clinical_problems,
    legal_problems,
    lowered_problems,
    validity_problems,
)
from shop.standing.consequences import if_it_happens
from shop.standing.events import Event

Signed = TypeVar(
    "Signed", Check, Decision, PrescriberQuery, SecondLook, AddedMedicine, StruckMedicine
)


@dataclass(frozen=True)
class Signatory:
    """The pharmacist who holds the prescription, and the registration they act with."""

    user: User
    registration: str


class NotReady(Exception):
    """Something is missing before this can be recorded; says all of it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(problem.text for problem in self.problems))


@dataclass(frozen=True)
class Approval:
    """What is to be allowed, where to, and until when."""

    allowances: list[Allowance]
    valid_until: datetime.date | None
    message: str = ""


@dataclass(frozen=True)
class Asked:
    """A question to the prescriber, and what came back.

    ``about`` is the key of an alert, and ``title`` what that said.
    """

    who: str
    channel: str
    number: str
    question: str
    answer: str
    about: str
    is_confirmed: bool
    title: str = ""


def hold(prescription: Prescription, by: User) -> Signatory:
    """Lock the prescription for its holder; raises what `check_held` raises."""
    supply_ledger.lock(prescription)
    return Signatory(by, prescriptions.check_held(prescription, by=by))


def keep(row: Signed, action: str, signatory: Signatory) -> Signed:
    """Save what was signed, asked or decided, which nobody changes any more, and let the log know it."""
    with transaction.atomic():
        row.save(force_insert=True)
        states.record(
            row,
            action,
            actor=history.acting(signatory.user, signatory.registration),
            details={"prescription": row.prescription.reference},
        )
    return row


def keep_sheet(
    prescription: Prescription, *, by: User, typed: dict[str, Any], work: Work | None = None
) -> Worksheet:
    """Keep what was typed, finished or not."""
    with transaction.atomic():
        hold(prescription, by)
        sheet, _is_new = Worksheet.objects.update_or_create(
            prescription=prescription,
            defaults={"typed": typed, "saved_by": by, "saved_at": timezone.now()},
        )
        if work is not None and work.case.items:
            _remember(prescription, work)
            flags.keep(prescription, work.alerts)
            takers.follow(prescription, work.case, work.alerts)
    return sheet


def _remember(prescription: Prescription, work: Work) -> None:
    """Keep the fingerprint of what was read, so that the same prescription is known again (ID-4)."""
    read = work.case.transcription
    if read.patient_name and read.date_of_birth and read.prescriber and read.issued_on:
        duplicates.remember(
            prescription,
            patient_name=read.patient_name,
            date_of_birth=read.date_of_birth,
            prescriber=read.prescriber,
            issued_on=read.issued_on,
        )


def problems_with(kind: CheckKind, work: Work) -> Iterable[Problem]:
    """What keeps a check from being signed."""
    return legal_problems(work) if kind == CheckKind.LEGAL else clinical_problems(work)


def sign(prescription: Prescription, *, by: User, kind: CheckKind, work: Work) -> Check:
    """Sign the legal or the clinical check; raises NotReady (CLN-1, CLN-3)."""
    missing = list(problems_with(kind, work))
    if missing:
        raise NotReady(missing)
    with transaction.atomic():
        signatory = hold(prescription, by)
        check = Check(
            prescription=prescription,
            kind=kind,
            covers=work.covers(kind),
            signed_by=by,
            registration=signatory.registration,
        )
        standing = {**signatures_on(prescription, work), str(kind): check}
        _refuse_pair(work, standing.values())
        return keep(check, "check.sign", signatory)


def _refuse_pair(work: Work, checks: Collection[Check]) -> None:
    """Raises NotReady when these do not stand together under the profile."""
    problems = list(pair_problems(work.case.profile.both_checks.value, checks))
    if problems:
        raise NotReady(problems)


def signatures_on(prescription: Prescription, work: Work) -> dict[str, Check]:
    """The newest signature on each check that stands for the work as it is now."""
    covers = [work.covers(kind) for kind in CheckKind]
    signed = Check.objects.filter(prescription=prescription, covers__in=covers)
    return {check.kind: check for check in signed.select_related("signed_by")}


def record_query(prescription: Prescription, *, by: User, asked: Asked) -> PrescriberQuery:
    """Keep a question to the prescriber and the answer (CLN-6)."""
    with transaction.atomic():
        signatory = hold(prescription, by)
        content = asdict(asked)
        query = PrescriberQuery(
            prescription=prescription,
            channel=content.pop("channel"),
            is_confirmed=content.pop("is_confirmed"),
            content=content,
            asked_by=by,
            registration=signatory.registration,
        )
        return keep(query, "query.record", signatory)


def approve(prescription: Prescription, *, by: User, work: Work, approval: Approval) -> Decision:
    """Allow a supply, with both checks signed; raises NotReady, BelowSupplied and the refusals of
    `shop.prescriptions.services.approve`.

    What was seen before and is in the way needs another pharmacist who has looked at both (ID-4).
    """
    problems = list(approval_problems(work, approval))
    if problems:
        raise NotReady(problems)
    with transaction.atomic():
        duplicates.lock_alike(prescription)
        signatory = hold(prescription, by)
        checks = _both_checks(prescription, work)
        _check_seen_before(prescription, work, decider=by)
        prescriptions.approve(
            prescription,
            by=by,
            allowances=approval.allowances,
            legal=_legal(work, approval),
            message=approval.message,
        )
        _remember(prescription, work)
        decided = {
            "allowances": [each.as_json() for each in approval.allowances],
            "valid_until": approval.valid_until,
            "message": approval.message,
        }
        what = (DecisionKind.APPROVED, decided)
        decision = _freeze(prescription, signatory, work, what, checks)
        supply_ledger.close_if_used_up(prescription, by=by)
        takers.ask_later(prescription, follow_up_on(work.case, work.care))
    return decision


def approval_problems(work: Work, approval: Approval) -> Iterable[Problem]:
    """What keeps an approval from being recorded, but for the signatures."""
    if not approval.allowances:
        yield Problem("", _("Fill in at least one strength that you allow."))
    yield from allowance_problems(work, approval.allowances)
    yield from lowered_problems(work, approval.allowances)
    yield from validity_problems(work, approval.valid_until)
    yield from legal_problems(work)
    yield from clinical_problems(work)
    yield from care_problems(work)


def _check_seen_before(prescription: Prescription, work: Work, *, decider: User) -> None:
    """Raises NotReady when the same prescription is in the way and nobody else looked at both."""
    _remember(prescription, work)
    waiting = seconding.waits_for(prescription, decider=decider)
    text = _("%(reference)s was seen before: %(fate)s. Another pharmacist has to look at both.")
    problems = [
        Problem("", text % {"reference": fate.other.reference, "fate": fate.words})
        for fate in waiting
    ]
    if problems:
        raise NotReady(problems)


def _both_checks(prescription: Prescription, work: Work) -> list[Check]:
    signed = signatures_on(prescription, work)
    missing = {
        CheckKind.LEGAL: _("Sign the legal check first."),
        CheckKind.CLINICAL: _("Sign the clinical check first."),
    }
    problems = [Problem("", text) for kind, text in missing.items() if kind not in signed]
    if problems:
        raise NotReady(problems)
    _refuse_pair(work, signed.values())
    return list(signed.values())


def _legal(work: Work, approval: Approval) -> Legal:
    read = work.case.transcription
    if read.issued_on is None or approval.valid_until is None:
        raise NotReady([Problem("valid_until", _("Enter until when it may be used."))])
    return Legal(
        prescriber=read.prescriber,
        issued_on=read.issued_on,
        authenticity=Authenticity(work.legal.authenticity),
        valid_until=approval.valid_until,
    )


def ask(
    prescription: Prescription,
    *,
    by: User,
    work: Work,
    question: str = "",
    reason: AskReason = AskReason.OTHER,
) -> Decision:
    """Put a question to the customer; a coded reason has words of its own where none are given."""
    words = question or str(STANDARD_QUESTIONS[reason])
    with transaction.atomic():
        signatory = hold(prescription, by)
        prescriptions.ask(prescription, by=by, question=words, reason=reason)
        what = (DecisionKind.ASKED, {"question": words, "reason": str(reason)})
        return _freeze(prescription, signatory, work, what)


def refuse(
    prescription: Prescription, *, by: User, work: Work, reason: RefusalReason, message: str
) -> Decision:
    """Refuse, for a coded reason and with a next step."""
    with transaction.atomic():
        signatory = hold(prescription, by)
        prescriptions.refuse(prescription, by=by, reason=reason, message=message)
        what = (DecisionKind.REFUSED, {"reason": str(reason), "message": message})
        return _freeze(prescription, signatory, work, what)


def _freeze(
    prescription: Prescription,
    signatory: Signatory,
    work: Work,
    what: tuple[DecisionKind, dict[str, Any]],
    checks: Iterable[Check] = (),
) -> Decision:
    profile, (kind, decided) = work.case.profile, what
    decision = Decision(
        prescription=prescription,
        kind=kind,
        frozen=frozen(prescription, work, by=signatory.user, decided=decided, checks=list(checks)),
        country=work.case.country,
        profile=profile.name,
        profile_digest=profile.digest,
        decided_by=signatory.user,
        registration=signatory.registration,
    )
    return keep(decision, f"decision.{kind}", signatory)


def patient_changed(patient: Patient, changed_names: Iterable[str]) -> list[Prescription]:
    """The patient's answers have changed: whatever is checked or approved is checked again (CLN-10).

    ``changed_names`` are questions. Returns the prescriptions that were reopened.
    """
    names = [name for name in changed_names if name != "phone"]
    if not names:
        return []
    reopened = []
    with transaction.atomic():
        concerned = Prescription.objects.filter(
            patient=patient, status__in=(*UNDER_REVIEW, *STANDS)
        )
        for prescription in concerned.select_for_update().order_by("pk"):
            replaced = prescriptions.renew_answers(prescription, patient.answers, by=patient.user)
            _open_again(prescription, replaced, by=patient.user)
            if prescription.status in STANDS:
                _reopen(prescription, by=patient.user, what=[label_of(name) for name in names])
                reopened.append(prescription)
            else:
                flags.look_again(prescription)
    return reopened


def _open_again(prescription: Prescription, replaced: Replaced, *, by: User) -> None:
    """Keep what was replaced, so that whatever was settled from it is open again.

    Alerts and queries look there for themselves; what was filled in without an alert is emptied.
    """
    if not replaced.names:
        return
    change = AnswersChange.objects.create(
        prescription=prescription,
        before=replaced.before.named(replaced.names),
        now=replaced.now.named(replaced.names),
        changed_by=by,
    )
    states.record(
        change,
        "answers.change",
        actor=actor_of(by),
        details={"prescription": prescription.reference},
    )
    settled.open_fields(prescription, replaced.names)


def _reopen(prescription: Prescription, *, by: User, what: list[str]) -> None:
    reason = _("Changed since the decision: %(what)s") % {"what": ", ".join(what)}
    waiting = if_it_happens(prescription, Event.REOPENED)
    prescriptions.reopen(prescription, by=by, reason="\n".join([reason, *waiting]))


def decided_country(prescription: Prescription) -> str:
    """The country the approval was made for (ISO 3166-1 alpha-2); empty when none was named."""
    approvals = Decision.objects.filter(prescription=prescription, kind=DecisionKind.APPROVED)
    return approvals.values_list("country", flat=True).last() or ""


def goes_elsewhere(prescription: Prescription, country: str) -> bool:
    """Whether this is another country than the one the approval was made for (ORD-4)."""
    decided_for = decided_country(prescription)
    return bool(decided_for) and decided_for != country


def destination_changed(prescription: Prescription, country: str, *, by: User) -> bool:
    """Reopen the check when the medicine is to go to another country (ORD-4); tells whether it was."""
    if not goes_elsewhere(prescription, country):
        return False
    _reopen(prescription, by=by, what=[_("delivery country (%(code)s)") % {"code": country}])
    return True

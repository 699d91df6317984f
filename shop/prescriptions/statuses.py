"""The life cycle of a prescription, as data, and the words for each step."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("Not sent yet")
    SUBMITTED = "submitted", _("Waiting for the pharmacist")
    IN_REVIEW = "in_review", _("With the pharmacist")
    QUESTION = "question", _("The pharmacist has a question")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Not approved")
    USED_UP = "used_up", _("Everything supplied")
    EXPIRED = "expired", _("Out of date")
    WITHDRAWN = "withdrawn", _("Approval withdrawn")
    CANCELLED = "cancelled", _("Cancelled by you")


class Action(TextChoices):
    SUBMIT = "submit", _("Sent to the pharmacist")
    CLAIM = "claim", _("Taken for review")
    RELEASE = "release", _("Put back in the queue")
    ASK = "ask", _("Question asked")
    ANSWER = "answer", _("Question answered")
    APPROVE = "approve", _("Approved")
    REFUSE = "refuse", _("Refused")
    REOPEN = "reopen", _("To be checked again")
    USE_UP = "use_up", _("The last of it supplied")
    GIVE_BACK = "give_back", _("A supply given back")
    EXPIRE = "expire", _("Out of date")
    WITHDRAW = "withdraw", _("Approval withdrawn")
    CANCEL = "cancel", _("Cancelled by the customer")
    OPEN_PAGE = "open_page", _("Page opened")
    VOUCH = "vouch", _("Paid order answered for")
    END_ORDER = "end_order", _("Paid order ended")
    RENEW = "renew", _("Answers changed")
    LET_GO = "let_go", _("Next supply allowed")


# Which action leads from which status to which; whatever is not here is refused.
TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (Status.DRAFT, Action.SUBMIT): Status.SUBMITTED,
    (Status.SUBMITTED, Action.CLAIM): Status.IN_REVIEW,
    (Status.QUESTION, Action.CLAIM): Status.IN_REVIEW,
    # A claim may be renewed by its holder, and taken over once it has run out.
    (Status.IN_REVIEW, Action.CLAIM): Status.IN_REVIEW,
    (Status.IN_REVIEW, Action.RELEASE): Status.SUBMITTED,
    (Status.IN_REVIEW, Action.ASK): Status.QUESTION,
    (Status.QUESTION, Action.ANSWER): Status.SUBMITTED,
    (Status.IN_REVIEW, Action.APPROVE): Status.APPROVED,
    (Status.IN_REVIEW, Action.REFUSE): Status.REFUSED,
    (Status.APPROVED, Action.REOPEN): Status.SUBMITTED,
    (Status.USED_UP, Action.REOPEN): Status.SUBMITTED,
    (Status.APPROVED, Action.USE_UP): Status.USED_UP,
    (Status.USED_UP, Action.GIVE_BACK): Status.APPROVED,
    (Status.APPROVED, Action.EXPIRE): Status.EXPIRED,
    (Status.APPROVED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.USED_UP, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.SUBMITTED, Action.CANCEL): Status.CANCELLED,
    (Status.IN_REVIEW, Action.CANCEL): Status.CANCELLED,
    (Status.QUESTION, Action.CANCEL): Status.CANCELLED,
}

# Sent in, and no decision yet.
UNDER_REVIEW = (Status.SUBMITTED, Status.IN_REVIEW, Status.QUESTION)
# What was ordered on it before may still leave the pharmacy, and a change sends it back for a check.
STANDS = (Status.APPROVED, Status.USED_UP)
# The same, for what was paid while it held.
STANDS_FOR_PAID = (*STANDS, Status.EXPIRED)

# In these the customer and a pharmacist may write to each other: a supply may be on the way, or taken.
MAY_WRITE = (*UNDER_REVIEW, *STANDS, Status.EXPIRED)

# Actions after which the customer is told.
TOLD_TO_CUSTOMER = (
    Action.SUBMIT,
    Action.ASK,
    Action.APPROVE,
    Action.REFUSE,
    Action.WITHDRAW,
    Action.REOPEN,
    Action.USE_UP,
    Action.LET_GO,
)


class RefusalReason(TextChoices):
    """Why a prescription is refused; the codes are those the pharmacy reports on."""

    ILLEGIBLE = "R01", _("We cannot read it")
    NOT_SIGNED = "R02", _("It is not signed")
    NO_DATE = "R03", _("It has no date")
    EXPIRED = "R04", _("It is out of date")
    OTHER_PATIENT = "R05", _("The patient’s details do not match")
    UNVERIFIED_PRESCRIBER = "R06", _("We could not confirm the prescriber")
    COPY_ONLY = "R07", _("We need the original, not a copy")
    ALTERED = "R08", _("We could not confirm that it is unaltered")
    ALREADY_USED = "R09", _("It has already been used")
    NOTHING_LEFT = "R10", _("No repeats are left on it")
    TOO_EARLY = "R11", _("It is too early for the next supply")
    OTHER_MEDICINE = "R12", _("It is for another medicine or strength")
    DOSE = "R13", _("The dose needs to be checked with your prescriber")
    UNSUITABLE = "R14", _("This medicine may not be suitable for you")
    INTERACTION = "R15", _("It may not go with another medicine you take")
    KIDNEYS = "R16", _("We need to know how well your kidneys work")
    PREGNANCY_OR_CHILD = "R17", _("It needs a check for pregnancy, breastfeeding or age")
    MISUSE = "R18", _("We are concerned about how it is used")
    COUNTRY = "R19", _("We may not supply it in your country")
    PRESCRIBER_WITHDREW = "R20", _("The prescriber withdrew it")
    NO_ANSWER = "R21", _("We had no answer to our question")
    IDENTITY = "R23", _("We could not confirm who you are")


class AskReason(TextChoices):
    """What a pharmacist asks the customer for."""

    UNREADABLE = "unreadable", _("A picture that can be read")
    PART_MISSING = "part_missing", _("A part that is missing")
    EVIDENCE = "evidence", _("Evidence of present treatment")
    OTHER = "other", _("Something else, in words")


# What is asked when the pharmacist writes nothing of their own.
STANDARD_QUESTIONS = {
    AskReason.UNREADABLE: _(
        "We cannot read your prescription on the picture. Please send a new one: the whole page, flat, in "
        "good light, nothing cut off."
    ),
    AskReason.PART_MISSING: _(
        "A part of your prescription is not on the pictures. Please send the missing part: every page, "
        "front and back, edge to edge."
    ),
    AskReason.EVIDENCE: _(
        "You take this medicine already. Please send something that shows it: a photo of the pharmacy’s "
        "label on your last pack, your repeat slip, or the letter from the hospital."
    ),
}


class DocumentKind(TextChoices):
    """What an uploaded file is."""

    PRESCRIPTION = "prescription", _("Prescription")
    EVIDENCE = "evidence", _("Evidence of present treatment")


# What the files are that are sent for a reason; of anything else the customer says it.
KIND_FOR = {
    AskReason.UNREADABLE: DocumentKind.PRESCRIPTION,
    AskReason.PART_MISSING: DocumentKind.PRESCRIPTION,
    AskReason.EVIDENCE: DocumentKind.EVIDENCE,
}

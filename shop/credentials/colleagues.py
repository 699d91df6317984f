"""What people who work here may do to another's account: never set a password, never in silence."""

from __future__ import annotations

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.accounts import devices, second_factor
from shop.accounts.actors import actor_of
from shop.accounts.models import User, sign_in_changing, sign_in_recorded
from shop.accounts.roles import is_superintendent
from shop.accounts.second_factor import APP
from shop.audit import log, states
from shop.credentials import changes
from shop.mailing import outbox

# So many others say who somebody is, before that person decides about patients again.
NEEDED = 2


class Refused(Exception):
    """It was not done; `message` says why, for the person who asked."""

    def __init__(self, message: object) -> None:
        self.message = message
        super().__init__(str(message))


class Reason(models.TextChoices):
    """Why a second factor is taken away; a choice, so that nobody's health gets into the log."""

    LOST = "lost", _("The phone is lost or stolen")
    REPLACED = "replaced", _("The phone was replaced")
    BROKEN = "broken", _("The phone or the app does not work")
    SUSPICION = "suspicion", _("Somebody else may have signed in")


def send_link(user: User, *, request: HttpRequest) -> None:
    """Send the person a link to choose a password themselves; raises Refused."""
    if not user.is_active:
        raise Refused(_("The account is not active."))
    form = ResetPasswordForm({"email": user.email})
    form.full_clean()
    changes.record(changes.LINK_SENT, user, by=changes.who(request))
    form.save(request)


def make_account(user: User, *, by: log.Actor) -> None:
    """Save a new account, whose owner has yet to choose a password."""
    user.set_unusable_password()
    with transaction.atomic():
        user.save()
        EmailAddress.objects.create(user=user, email=user.email.lower(), primary=True)
        sign_in_recorded(user, by=by)
        changes.record(changes.MADE, user, by=by)


def change_address(user: User, *, by: log.Actor) -> None:
    """Save the account with its new address, which has to be confirmed; both addresses are told.

    Whoever reads the new address may register the first app of somebody who has none: clinical
    rights rest then as they do where an app was taken away.
    """
    with transaction.atomic():
        old = User.objects.get(pk=user.pk).email
        user.save()
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=user.email.lower(), primary=True)
        changes.record(changes.EMAIL_CHANGED, user, by=by, to=[old, user.email])
        if second_factor.works_here(user) and second_factor.app_of(user) is None:
            _rest(user)


@transaction.atomic
def take_factor(user: User, *, reason: str, by: log.Actor) -> None:
    """Take the second factor away, and with it every session it opened; raises Refused.

    The person registers an app anew with the password. Clinical rights rest until others have
    confirmed who did.
    """
    held = User.objects.select_for_update().get(pk=user.pk)
    with sign_in_changing(held, by=by):
        removed, _rows = Authenticator.objects.filter(user=held).delete()
        if not removed:
            raise Refused(_("There is no authenticator app on this account."))
        devices.end_all(held)
    details = {"reason": reason}
    changes.record(changes.FACTOR_TAKEN, held, by=by, to=[held.email], details=details)
    _rest(held)


def _rest(user: User) -> None:
    """Let the clinical rights rest from now on, and ask those who can say who the user is."""
    with states.changing(user, action="account.rights_rest", actor=log.SYSTEM):
        user.unconfirmed_since = timezone.now()
        user.save(update_fields=("unconfirmed_since",))
        user.confirmed_by.clear()
    for colleague in who_may_confirm(user):
        _ask(colleague, about=user)


def who_may_confirm(user: User) -> list[User]:
    """Everybody who can say who the user is."""
    staff = User.objects.filter(is_staff=True, is_active=True).exclude(pk=user.pk)
    return [colleague for colleague in staff.order_by("pk") if may_confirm(colleague, about=user)]


def may_confirm(colleague: User, *, about: User) -> bool:
    """Whether this is another person with clinical rights, whose own app is older than the question.

    An account that was made into a colleague for the occasion does not count.
    """
    if colleague == about or about.unconfirmed_since is None:
        return False
    apps = Authenticator.objects.filter(user=colleague, type=APP)
    return (colleague.is_pharmacist or is_superintendent(colleague)) and apps.filter(
        created_at__lt=about.unconfirmed_since
    ).exists()


@transaction.atomic
def confirm(user: User, *, by: User) -> bool:
    """Say that it is the user who has registered the new app; whether that was enough.

    Raises Refused.
    """
    held = _with_new_app(user)
    if not may_confirm(by, about=held):
        raise Refused(_("You cannot confirm this."))
    held.confirmed_by.add(by)
    changes.record(changes.IDENTITY_CONFIRMED, held, by=actor_of(by))
    counted = [each for each in held.confirmed_by.all() if may_confirm(each, about=held)]
    if len(counted) < NEEDED:
        return False
    _give_back(held, by=actor_of(by))
    return True


@transaction.atomic
def confirm_from_server(user: User) -> None:
    """The same where too few others could: whoever may use the server says so. Raises Refused."""
    held = _with_new_app(user)
    others = who_may_confirm(held)
    if len(others) >= NEEDED:
        names = ", ".join(other.email for other in others)
        raise Refused(_("These can confirm it in the admin: %(names)s.") % {"names": names})
    changes.record(changes.IDENTITY_CONFIRMED, held, by=log.SYSTEM)
    _give_back(held, by=log.SYSTEM)


def _with_new_app(user: User) -> User:
    """The account, held, once there is an app to be confirmed; raises Refused."""
    held = User.objects.select_for_update().get(pk=user.pk)
    if held.unconfirmed_since is None:
        raise Refused(_("Nothing has to be confirmed about this account."))
    if not Authenticator.objects.filter(user=held, type=APP).exists():
        raise Refused(_("No new app is registered yet. Confirm once the person has done that."))
    return held


def _give_back(held: User, *, by: log.Actor) -> None:
    with states.changing(held, action="account.rights_return", actor=by):
        held.unconfirmed_since = None
        held.save(update_fields=("unconfirmed_since",))
        held.confirmed_by.clear()
    changes.record(changes.RIGHTS_BACK, held, by=by, to=[held.email])


def _ask(colleague: User, *, about: User) -> None:
    outbox.queue(
        "identity_question",
        key=f"{about.pk}-{colleague.pk}-{timezone.now():%Y%m%d%H%M%S%f}",
        user=colleague,
        path=reverse("admin:account-identity", args=[about.pk]),
        label=about.name[:64],
    )


def tell_pharmacy(user: User, what: str) -> None:
    """Write to the pharmacy's own address what was done on the server, in 64 signs at most."""
    if settings.PHARMACY["email"]:
        outbox.queue(
            "done_on_server",
            key=f"{user.pk}-{timezone.now():%Y%m%d%H%M%S%f}",
            user=user,
            path=reverse("admin:audit_entry_changelist"),
            label=what,
            address=settings.PHARMACY["email"],
        )

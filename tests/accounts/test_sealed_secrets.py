"""The secrets of second factors lie sealed, and are sealed anew when the key changes."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from shop.accounts.adapters import MFAAdapter
from shop.accounts.models import User
from shop.accounts.resealing import sealed_secrets
from shop.prescriptions.upkeep import rotation
from shop.vault.sealing import VaultError
from tests.accounts.signing_in import (
    without_app,
)
from tests.authenticator import APP_KEY, code_now, register_app, write_recovery_codes


class TestSecrets:
    def test_they_lie_sealed(self, pharmacist: User) -> None:
        write_recovery_codes(pharmacist)

        for row in Authenticator.objects.all():
            assert APP_KEY not in str(row.data)
            sealed = row.data.get("secret") or row.data["seed"]
            assert MFAAdapter().decrypt(sealed)

    @pytest.mark.parametrize("text", ["no base64 at all", "AAAA", APP_KEY])
    def test_one_that_was_not_sealed_here_is_refused(self, text: str) -> None:
        with pytest.raises(VaultError):
            MFAAdapter().decrypt(text)

    def test_they_are_sealed_anew_with_a_new_key(self, pharmacist: User, settings: Any) -> None:
        codes = write_recovery_codes(pharmacist)
        used, kept = codes.get_unused_codes()[:2]
        seen = list(sealed_secrets())
        assert [secret.key_id() for secret in seen] == ["test1", "test1"]
        # One of the codes is used between the look and the new seal.
        codes.validate_code(used)
        settings.DOCUMENT_KEYS = {"new": b"n" * 32, **settings.DOCUMENT_KEYS}

        assert all(secret.reseal() for secret in seen)
        assert rotation.rotate(lambda _: None).resealed == 0

        settings.DOCUMENT_KEYS = {"new": b"n" * 32}
        assert rotation.take_census().by_key["new"] == 2
        again = Authenticator.objects.get(type="recovery_codes").wrap()
        assert not again.validate_code(used)
        assert again.validate_code(kept)
        assert Authenticator.objects.get(type="totp").wrap().validate_code(code_now())

    def test_one_that_was_replaced_meanwhile_is_left_alone(
        self, pharmacist: User, settings: Any
    ) -> None:
        (seen,) = sealed_secrets()
        register_app(without_app(pharmacist))
        settings.DOCUMENT_KEYS = {"new": b"n" * 32, **settings.DOCUMENT_KEYS}

        assert not seen.is_there()
        assert not seen.reseal()

    def test_one_that_cannot_be_opened_is_named(self, pharmacist: User, settings: Any) -> None:
        Authenticator.objects.update(data={"secret": "spoiled"})
        settings.DOCUMENT_KEYS = {"new": b"n" * 32, **settings.DOCUMENT_KEYS}

        assert "mfa.Authenticator.secret" in rotation.rotate(lambda _: None).failed[0]

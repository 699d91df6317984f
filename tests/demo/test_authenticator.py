"""The code that an authenticator app shows."""

import base64

import pytest

from shop.demo.authenticator import code_at

KEY = base64.b32encode(b"12345678901234567890").decode()


# The last six digits of the SHA-1 rows of RFC 6238, appendix B.
@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_a_code_is_that_of_the_standard(moment: int, code: str) -> None:
    assert code_at(moment, key=KEY) == code

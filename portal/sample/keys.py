"""How the demo's people sign in. Without Django, so that whoever drives the demo from outside can work it out, too."""

import base64
import hashlib
import random

SEED = 2021
PASSWORD = "contoh-mitra-2021"


def secret_of(email: str) -> str:
    """The second factor's secret, as an authenticator app takes it: the same on every machine. For the demo alone."""
    return base64.b32encode(hashlib.sha256(f"mitrapasok-demo:{email}".encode()).digest()[:20]).decode()


def dice(name: str) -> random.Random:
    """Each part rolls its own, so that a change in one leaves the others as they were."""
    return random.Random(f"{SEED}:{name}")

"""Signatures of a file that nobody has vouched for: read by a child process with limits of memory and time."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

from partnerships.signatures.reading import Found, Unreadable

READER = Path(__file__).with_name("reading.py")
READER_SECONDS = 20


def read_apart(pdf: bytes, roots: list[bytes]) -> list[Found]:
    """As `reading.read`, without our environment. Raises Unreadable, also when one of its limits ended it."""
    asked = json.dumps([base64.b64encode(root).decode() for root in roots]).encode() + b"\n" + pdf
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(READER)],
            input=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONUTF8": "1"},
            timeout=READER_SECONDS,
            check=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unreadable from error
    if answer is None:
        raise Unreadable
    return [Found(**each) for each in answer]

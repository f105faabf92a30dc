"""What stands in the way is told in one sentence that says what to do, never as a traceback."""

import errno
from pathlib import Path

NO_ROOM = "The disk is full (looked at {where}): free at least 1 GB and run the command again."
FULL = (errno.ENOSPC, errno.EDQUOT)


class Problem(Exception):
    """The sentence to print before leaving with status 1."""


class Interrupted(BaseException):
    """Ctrl-C or a signal to end. Not an Exception, so that nothing on the way swallows it."""


def disk_full(where: Path | str) -> Problem:
    return Problem(NO_ROOM.format(where=where))


def explain(error: OSError) -> Problem:
    """The sentence for an operating-system error nobody handled nearer to its cause."""
    if error.errno in FULL:
        return disk_full(error.filename or "the project's folder")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Problem(
            f"No permission to use {error.filename}: give this user the project's folder, or copy it elsewhere."
        )
    return Problem(f"The operating system refused: {error}.")


def from_output(sentence: str, output: str, *, log: Path | None = None) -> Problem:
    """The sentence for a program that failed; the end of what it said comes with it."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return disk_full("the project's folder and /tmp")
    said = "\n".join(f"    {line}" for line in output.strip().splitlines()[-25:])
    where = f" (all of it in {log})" if log else ""
    return Problem(f"{sentence}{where}; it said:\n{said}" if said else f"{sentence}{where}.")

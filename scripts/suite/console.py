"""What the user reads: progress lines, step times and failures with a way out."""

import contextlib
import errno
import sys
import time

DISK_FULL_MARKS = ("No space left on device", "disk full", "ENOSPC")


class Problem(Exception):
    """A failure that is explained: what is wrong and what the user can do."""

    def __init__(self, cause, way_out=""):
        super().__init__(cause)
        self.cause = cause
        self.way_out = way_out

    def __str__(self):
        text = f"✗ {self.cause}"
        if self.way_out:
            text += f"\n  Way out: {self.way_out}"
        return text


def disk_full_problem(where):
    """The one message for a full disk, whoever noticed it."""
    return Problem(
        f"The disk that holds {where} is full.",
        "free some gigabytes and run the same command again; "
        "finished steps are kept, half-done ones are redone.",
    )


def explain_os_error(error):
    """Turn an OSError that nobody expected into a Problem."""
    where = error.filename or "the checkout"
    if error.errno == errno.ENOSPC:
        return disk_full_problem(where)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Problem(
            f"No permission: {error}.",
            "run as the user who owns the checkout; files left over from a run as "
            "another user go with `make clean` run as that user.",
        )
    return Problem(f"The system refused: {error}.")


_quiet = False


def progress_to_stderr():
    """Keep standard output free for what a script prints (``make shell``)."""
    global _quiet
    _quiet = True


def say(text=""):
    """Print at once, also into a pipe."""
    print(text, file=sys.stderr if _quiet else sys.stdout, flush=True)


def warn(text):
    """Something the user should know that does not stop the run."""
    print(f"! {text}", file=sys.stderr, flush=True)


class Steps:
    """Runs named steps, shows them and remembers how long each took."""

    def __init__(self):
        self.times = []

    @contextlib.contextmanager
    def step(self, title):
        """Announce a step, and its time when it is over."""
        say(f"▸ {title} …")
        start = time.monotonic()
        yield
        seconds = time.monotonic() - start
        self.times.append((title, seconds))
        say(f"  done in {seconds:.1f} s")

    def summary(self):
        """One line per step that took noticeable time."""
        return [f"{seconds:7.1f} s  {title}" for title, seconds in self.times]


steps = Steps()

"""The parser of the command line: what was typed wrongly is told in one sentence, not behind a page of options."""

import argparse
import re
import sys
from typing import NoReturn

PLAINLY = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"^argument (.+?): ", r"\1: "),
        (r"invalid int value: (.+)", r"\1 is no whole number"),
        (r"invalid \w+ value: (.+)", r"\1 is no number"),
        (r"invalid choice: (.+) \(choose from (.+)\)", r"\1 is unknown; choose one of \2"),
        (r": expected (?:one|at least one) argument$", " needs a value"),
        (r"^the following arguments are required: (.+)", r"\1 is missing"),
        (r"^unrecognized arguments: (.+)", r"\1 is unknown here"),
    )
)
"""What argparse says, and how a person would; what it says otherwise stays as it is."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, as all errors of the program are."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where all options stand, and end with code 2."""
        for pattern, words in PLAINLY:
            message = pattern.sub(words, message)
        line = "".join(letter if letter.isprintable() else "\ufffd" for letter in message)
        print(f"error: {line}; all options: {self.prog} --help", file=sys.stderr)
        sys.exit(2)

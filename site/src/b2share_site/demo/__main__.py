# SPDX-License-Identifier: MIT
"""``python -m b2share_site.demo URL``: load the demo content into the running site."""

import argparse
import sys
import time

from b2share_site.demo.errors import DemoError
from b2share_site.demo.load import load


def main() -> int:
    """Load what is missing; the last line sums up, an error is one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m b2share_site.demo", description=__doc__)
    parser.add_argument("url", help="address of the site, such as http://127.0.0.1:5000")
    started = time.monotonic()

    def say(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - started:5.1f} s  {line}\n")
        sys.stdout.flush()

    try:
        summary = load(parser.parse_args().url, say)
    except DemoError as error:
        sys.stderr.write(f"demo content: {error}\n")
        return 1
    sys.stdout.write(f"{summary}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

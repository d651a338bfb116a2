# SPDX-License-Identifier: MIT
"""How long `b2share --help` takes against `invenio --help`, in pairs of one run.

    eval "$(python3.11 bootstrap.py env)"; python benchmarks/cli_start.py [PAIRS]

The goal is a ratio of at most 0.05. Nothing is gated on it: times depend on the machine.
"""

import statistics
import subprocess
import sys
import time

PAIRS = ("--help",), ("communities", "--help")


def seconds(*command: str) -> float:
    """Return the wall time of a program."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed commands
    return time.perf_counter() - begin


def main() -> None:
    """Print the median of each and of the ratios, after one pair that is not counted."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for arguments in PAIRS:
        runs = [
            (seconds("b2share", *arguments), seconds("invenio", *arguments))
            for _ in range(pairs + 1)
        ][1:]
        ours, stock = (statistics.median(times) for times in zip(*runs, strict=True))
        ratio = statistics.median(a / b for a, b in runs)
        line = f"{' '.join(arguments):<22} b2share {ours:.2f} s  invenio {stock:.2f} s"
        sys.stdout.write(f"{line}  ratio {ratio:.3f}\n")


if __name__ == "__main__":
    main()

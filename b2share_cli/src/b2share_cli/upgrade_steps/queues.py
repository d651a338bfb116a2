# SPDX-License-Identifier: MIT
"""The message queues of statistics and other events."""

from typing import Any

from b2share_cli.application import extension


class QueuesStep:
    """Declare the configured queues at the broker."""

    order = 600
    title = "Message queues"

    def pending(self) -> bool:
        """Ask the broker for each queue."""
        return bool(undeclared())

    def run(self) -> str:
        """Declare all that are missing."""
        names = undeclared()
        extension("invenio-queues").declare(queues=names)
        return f"{len(names)} queues declared"


def undeclared() -> list[str]:
    """Return the names of queues that the broker does not know."""
    return [
        name for name, queue in extension("invenio-queues").queues.items() if not is_declared(queue)
    ]


def is_declared(queue: Any) -> bool:
    """Tell whether the broker knows a queue.

    ``queue.exists`` is right for AMQP. In Redis (and in memory) an empty queue leaves no trace
    but its binding to the exchange.
    """
    from kombu.transport.virtual import Channel

    bound = queue.queue
    if not isinstance(bound.channel, Channel):
        return bool(queue.exists)
    try:
        table = bound.channel.get_table(bound.exchange.name)
    except KeyError:
        return False
    return any(row[-1] == bound.name for row in table)


step = QueuesStep()

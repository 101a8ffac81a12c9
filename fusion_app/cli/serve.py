"""``serve``: a fusion node without a window, for browsers and other programs."""

import argparse
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from fusion_app.cli.options import Commands, add_command, run_options, settings_from
from fusion_app.cli.outputs import Outputs, check_outputs, events_apart, output_options, sending
from fusion_app.cli.progress import interruptible
from fusion_app.cli.record import has_ended
from fusion_app.cli.startup import say
from fusion_app.recording.retention import keep_of
from fusion_app.run.runner import Pace
from fusion_app.serve.node import Node
from fusion_app.serve.pulse import Pulse
from fusion_app.serve.schedule import ALWAYS, schedule_of
from fusion_app.serve.server import HOST, PORT, Door, Server
from fusion_app.serve.unattended import Unattended
from fusion_app.session.session import open_session
from fusion_app.system.notify import notify, watchdog_s

LOOK_S = 0.5
TOKEN_VARIABLE = "CS2FUSION_TOKEN"  # noqa: S105 - its name, not a token


def register(commands: Commands) -> None:
    """Add the command."""
    summary = "fuse without a window and show it to browsers"
    parser = add_command(commands, "serve", serve, summary, run_options(), output_options())
    parser.add_argument("ir", metavar="INFRARED|RIG.yaml", help="infrared source, or a rig file alone")
    parser.add_argument("vis", nargs="?", metavar="VISIBLE", help="visible source")
    parser.add_argument("--host", default=HOST, metavar="H", help=f"address to listen at ({HOST}); 0.0.0.0: all")
    parser.add_argument("--port", type=_port, default=PORT, metavar="P", help=f"port to listen at ({PORT})")
    parser.add_argument(
        "--token", default="", metavar="T", help=f"who has it may look; made where needed; or in ${TOKEN_VARIABLE}"
    )
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="N",
        help="another name under which a proxy or a browser asks for it",
    )
    parser.add_argument(
        "--record", nargs="?", const=ALWAYS, metavar="WHEN", help=f"record by itself: {ALWAYS}, or 08:00-18:00,…"
    )
    parser.add_argument(
        "--keep", metavar="MUCH", help="remove old recordings beyond 7d or 200GB, never one with a marker"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="folder of recordings (default: the rig's)")


def serve(options: argparse.Namespace) -> int:
    """Fuse two sources and show them to browsers until Ctrl-C, SIGTERM, or the end of the sources.

    Exit codes: 0 ended as asked, 1 the run failed, 2 cannot start.
    """
    check_outputs(options)
    settings = settings_from(options)
    if options.output is not None:
        settings = replace(settings, recording=replace(settings.recording, folder=str(options.output)))
    schedule = schedule_of(options.record) if options.record is not None else None
    keep = keep_of(options.keep) if options.keep is not None else None
    end = threading.Event()
    with interruptible(end), events_apart(options):
        session = open_session(settings, Pace.PLAY)
        try:
            node = Node(session, settings)
            with sending(options, session, node.overview, settings.measure.spots) as outputs:
                node.tell_also(outputs.notices)
                return _serve(node, Unattended(node, schedule, keep), outputs, options, end)
        finally:
            session.close()


def _serve(
    node: Node, unattended: Unattended, outputs: Outputs, options: argparse.Namespace, end: threading.Event
) -> int:
    session = node.session
    token = options.token or os.environ.get(TOKEN_VARIABLE, "")
    server = Server(node, Door(options.host, options.port, token, tuple(options.name)))
    failure: Exception | None = None
    try:
        server.start()
        node.begin()
        _tell(server, is_made=not token)
        notify("READY=1")
        watch = _Watch(node, server, unattended)
        while not end.wait(LOOK_S) and not has_ended(node.session):
            outputs.look(quiet=options.quiet)
            watch.look()
        report = session.runner.report
        failure = None if report is None else report.error
    finally:
        notify("STOPPING=1")
        server.close()
        failure = node.close() or failure
    for text in () if options.quiet else session.notices():
        say(f"note: {text}")
    if failure is not None:
        say(f"error: {failure}")
        return 1
    return 0


def _tell(server: Server, *, is_made: bool) -> None:
    """Say where to look, and a token that has been made: this once."""
    access = server.access
    for address in server.addresses:
        say(f"{address}?token={access.token}" if access.token and is_made else address)
    if access.is_local:
        say("to be reached from this machine only; --host 0.0.0.0 lets others look who have the token")
    elif is_made:
        say(f"token: {access.token}", "whoever has it may look and steer; it is not shown again")
    sys.stdout.flush()


class _Watch:
    """What is to be done now and then while a node runs: its recordings, and telling a watchdog that all goes well."""

    def __init__(self, node: Node, server: Server, unattended: Unattended) -> None:
        self._node, self._server, self._unattended = node, server, unattended
        self._pulse, self._told_s = Pulse(node.session), 0.0
        self._every_s = (watchdog_s() or 0.0) / 4

    def look(self) -> None:
        """Do it."""
        self._node.check()
        self._unattended.look()
        every_s = self._every_s
        is_due = every_s and time.monotonic() - self._told_s >= every_s
        if is_due and self._pulse.is_well() and self._server.answers(every_s):
            notify("WATCHDOG=1")
            self._told_s = time.monotonic()


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError("must be 1 to 65535, or 0 for any that is free")
    return value

"""Options of commands that send what they fuse or measure to other programs, and what these make."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import fields, replace

from fusion_app.cli.startup import say
from fusion_app.outputs.base import Output
from fusion_app.outputs.chosen import FIRST_FREE, check_outputs, outputs_of
from fusion_app.outputs.lines import STANDARD_OUTPUT
from fusion_app.session.overview import Overview
from fusion_app.session.session import Session
from fusion_app.settings import OutputSettings, Settings


def output_options() -> argparse.ArgumentParser:
    """Return a parent parser with the options of outputs."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group(
        "what other programs get (docs/outputs.md); stronger than the rig, '' sends nothing of what it names"
    )
    group.add_argument("--events", metavar="FILE|-", help="readings and changes as JSON lines; a file is continued")
    group.add_argument(
        "--mqtt", metavar="mqtt[s]://HOST[:PORT]/PREFIX", help="the same by MQTT, for Home Assistant, too"
    )
    group.add_argument("--mqtt-ca", metavar="FILE", help="whom to trust with mqtts://, PEM; else: the system's")
    group.add_argument("--alarm", metavar="above:60:celsius", help="tell when something is too hot, or below: too cold")
    group.add_argument(
        "--publish", metavar="URL", help="send the fused picture as H.264 to rtsp://, rtmp://, srt://, udp:// or tcp://"
    )
    group.add_argument(
        "--virtual-camera",
        nargs="?",
        const=FIRST_FREE,
        metavar="NAME",
        help="show the fused picture as a webcam, of this name",
    )
    return parser


def with_outputs(options: argparse.Namespace, settings: Settings) -> Settings:
    """Return ``settings`` with the outputs of the command line on top of the rig's.

    Raises:
        OutputError: One of them is wrong.
    """
    names = (item.name for item in fields(OutputSettings))
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    outputs = replace(settings.outputs, **given)
    # What belongs to an output of the rig goes with it, unless it is given as well.
    if options.mqtt is not None and options.mqtt_ca is None and not outputs.mqtt.lower().startswith("mqtts:"):
        outputs = replace(outputs, mqtt_ca="")
    if options.alarm is None and "" in (options.events, options.mqtt) and not (outputs.events or outputs.mqtt):
        outputs = replace(outputs, alarm="")
    check_outputs(outputs)
    return replace(settings, outputs=outputs)


class Outputs:
    """All outputs of a run."""

    def __init__(self, outputs: list[Output]) -> None:
        """Take ``outputs``, of which none has begun."""
        self._outputs = outputs
        self._said: dict[int, str] = {}

    def begin(self) -> None:
        """Begin all of them; those that have begun are closed if one cannot.

        Raises:
            OutputError: One cannot work at all.
        """
        begun: list[Output] = []
        try:
            for output in self._outputs:
                begun.append(output)
                output.begin()
        except BaseException:
            _close(begun)
            raise

    @property
    def names(self) -> tuple[str, ...]:
        """Where they send."""
        return tuple(output.name for output in self._outputs)

    def notices(self) -> tuple[str, ...]:
        """Return what the user should know now, a sentence each."""
        return tuple(output.notice for output in self._outputs if output.notice)

    def look(self, *, quiet: bool = False) -> None:
        """Say what has changed since the last look, on the standard error."""
        for number, output in enumerate(self._outputs):
            notice = output.notice
            if self._said.get(number, "") != notice:
                self._said[number] = notice
                if not quiet:
                    print(f"note: {notice or 'the output works again'}", file=sys.stderr, flush=True)

    def close(self) -> tuple[str, ...]:
        """End all of them and return what became of each."""
        _close(self._outputs)
        return tuple(output.summary for output in self._outputs)


def _close(outputs: list[Output]) -> None:
    for output in reversed(outputs):
        output.close()


@contextmanager
def sending(
    options: argparse.Namespace, session: Session, settings: Settings, overview: Callable[[], Overview | None]
) -> Iterator[Outputs]:
    """Let the outputs that ``settings`` name run meanwhile; say where they send, and at the end what became of them.

    Args:
        options: Of the command.
        session: What is sent.
        settings: Name the outputs, and where readings measure.
        overview: Returns how it is now.

    Raises:
        OutputError: One of them cannot work at all.
    """
    outputs = Outputs(outputs_of(settings.outputs, session, overview, settings.measure.spots))
    outputs.begin()
    if outputs.names and not options.quiet:
        print(f"note: sends to {', '.join(outputs.names)}", file=sys.stderr, flush=True)
    try:
        yield outputs
    finally:
        summaries = outputs.close()
        if not options.quiet:
            say(*summaries)


@contextmanager
def events_apart(settings: Settings) -> Iterator[None]:
    """Leave the standard output to the events where they go there: all else is said on the standard error."""
    if settings.outputs.events != STANDARD_OUTPUT:
        yield
        return
    sys.stdout.flush()
    with redirect_stdout(sys.stderr):
        yield

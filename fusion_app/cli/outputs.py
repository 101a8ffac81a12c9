"""Options of commands that send what they fuse or measure to other programs, and what these make."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout

from fusion_app.cli.startup import say
from fusion_app.errors import OutputError
from fusion_app.outputs.base import Output
from fusion_app.outputs.broker import broker_of, context_of
from fusion_app.outputs.lines import STANDARD_OUTPUT, LinesFile
from fusion_app.outputs.mqtt import MqttReceiver
from fusion_app.outputs.publishing import Publisher, stream_address
from fusion_app.outputs.readings import AlarmWatch, Places, alarm_of
from fusion_app.outputs.telling import Receiver, Teller
from fusion_app.outputs.virtual_camera import VirtualCamera
from fusion_app.session.overview import Overview
from fusion_app.session.session import Session


def output_options() -> argparse.ArgumentParser:
    """Return a parent parser with the options of outputs."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("what other programs get (docs/outputs.md)")
    group.add_argument("--events", metavar="FILE|-", help="readings and changes as JSON lines; a file is continued")
    group.add_argument(
        "--mqtt", metavar="mqtt[s]://HOST[:PORT]/PREFIX", help="the same by MQTT, for Home Assistant, too"
    )
    group.add_argument(
        "--mqtt-ca", default="", metavar="FILE", help="whom to trust with mqtts://, PEM; else: the system's"
    )
    group.add_argument("--alarm", metavar="above:60:celsius", help="tell when something is too hot, or below: too cold")
    group.add_argument(
        "--publish", metavar="URL", help="send the fused picture as H.264 to rtsp://, rtmp://, srt://, udp:// or tcp://"
    )
    group.add_argument(
        "--virtual-camera", nargs="?", const="", metavar="NAME", help="show the fused picture as a webcam, of this name"
    )
    return parser


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
    options: argparse.Namespace, session: Session, overview: Callable[[], Overview | None], spots: Places = ()
) -> Iterator[Outputs]:
    """Let the outputs that ``options`` ask for run meanwhile, and say at the end what became of them.

    Args:
        options: Of the command.
        session: What is sent.
        overview: Returns how it is now.
        spots: Where readings measure beside the hottest, coldest and middle pixel.

    Raises:
        OutputError: One of them cannot work at all.
    """
    outputs = Outputs(_asked(options, session, overview, spots))
    outputs.begin()
    try:
        yield outputs
    finally:
        summaries = outputs.close()
        if not options.quiet:
            say(*summaries)


@contextmanager
def events_apart(options: argparse.Namespace) -> Iterator[None]:
    """Leave the standard output to the events where they go there: all else is said on the standard error."""
    if options.events != STANDARD_OUTPUT:
        yield
        return
    sys.stdout.flush()
    with redirect_stdout(sys.stderr):
        yield


def check_outputs(options: argparse.Namespace) -> None:
    """Refuse what is wrong in ``options`` before a source is opened.

    Raises:
        OutputError: Something is.
    """
    if options.alarm is not None:
        alarm_of(options.alarm)
        if options.events is None and options.mqtt is None:
            raise OutputError("--alarm needs somebody who is told; add --events FILE or --mqtt mqtt://HOST/PREFIX")
    if options.mqtt is not None:
        context_of(broker_of(options.mqtt, options.mqtt_ca).ca)
    elif options.mqtt_ca:
        raise OutputError("--mqtt-ca is for a broker; add --mqtt mqtts://HOST/PREFIX")
    if options.publish is not None:
        stream_address(options.publish)


def _asked(
    options: argparse.Namespace, session: Session, overview: Callable[[], Overview | None], spots: Places
) -> list[Output]:
    receivers: list[Receiver] = []
    if options.events is not None:
        receivers.append(LinesFile(options.events))
    if options.mqtt is not None:
        receivers.append(MqttReceiver(broker_of(options.mqtt, options.mqtt_ca)))
    watch = AlarmWatch(alarm_of(options.alarm)) if options.alarm is not None else None
    outputs: list[Output] = [Teller(session, overview, receivers, watch, spots)] if receivers else []
    if options.publish is not None:
        outputs.append(Publisher(session, stream_address(options.publish)))
    if options.virtual_camera is not None:
        outputs.append(VirtualCamera(session, options.virtual_camera))
    return outputs

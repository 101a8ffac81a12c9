"""The outputs that a rig or a command line asks for, made for a session."""

from collections.abc import Callable
from dataclasses import replace

from fusion_app.errors import OutputError
from fusion_app.outputs.base import Output
from fusion_app.outputs.broker import broker_of, context_of
from fusion_app.outputs.lines import LinesFile
from fusion_app.outputs.mqtt import MqttReceiver
from fusion_app.outputs.publishing import Publisher, stream_address
from fusion_app.outputs.readings import AlarmWatch, Places, alarm_of
from fusion_app.outputs.telling import Receiver, Teller
from fusion_app.outputs.virtual_camera import VirtualCamera
from fusion_app.session.overview import Overview
from fusion_app.session.session import Session
from fusion_app.settings import OutputSettings

KINDS = ("publish", "virtual_camera", "mqtt", "events")
"""Fields of `OutputSettings`, each of which is an output of its own."""
FIRST_FREE = "auto"
"""Name of whichever virtual camera is free."""
BELONGS_TO = {"mqtt": ("mqtt_ca", "alarm"), "events": ("alarm",)}
"""What else of the settings an output takes."""


def only(outputs: OutputSettings, kind: str) -> OutputSettings:
    """Return ``outputs`` with nothing in it but the output ``kind``, of `KINDS`."""
    return replace(OutputSettings(), **{name: getattr(outputs, name) for name in (kind, *BELONGS_TO.get(kind, ()))})


def check_outputs(outputs: OutputSettings) -> None:
    """Refuse what is wrong in ``outputs`` before a source is opened.

    Raises:
        OutputError: Something is.
    """
    if outputs.alarm:
        alarm_of(outputs.alarm)
        if not (outputs.events or outputs.mqtt):
            raise OutputError(
                "--alarm needs somebody who is told; add --events FILE or --mqtt mqtt://HOST/PREFIX, or name one of "
                "them in the rig (outputs)"
            )
    if outputs.mqtt:
        context_of(broker_of(outputs.mqtt, outputs.mqtt_ca).ca)
    elif outputs.mqtt_ca:
        raise OutputError("--mqtt-ca is for a broker; add --mqtt mqtts://HOST/PREFIX")
    if outputs.publish:
        stream_address(outputs.publish)


def outputs_of(
    outputs: OutputSettings, session: Session, overview: Callable[[], Overview | None], spots: Places = ()
) -> list[Output]:
    """Return the outputs that ``outputs`` ask for; none of them has begun.

    Args:
        outputs: What is sent where.
        session: What is sent.
        overview: Returns how it is now; called from threads of the outputs.
        spots: Where readings measure beside the hottest, coldest and middle pixel.

    Raises:
        OutputError: One of them cannot work at all.
    """
    receivers: list[Receiver] = []
    if outputs.events:
        receivers.append(LinesFile(outputs.events))
    if outputs.mqtt:
        receivers.append(MqttReceiver(broker_of(outputs.mqtt, outputs.mqtt_ca)))
    watch = AlarmWatch(alarm_of(outputs.alarm)) if outputs.alarm else None
    found: list[Output] = [Teller(session, overview, receivers, watch, spots)] if receivers else []
    if outputs.publish:
        found.append(Publisher(session, stream_address(outputs.publish)))
    if outputs.virtual_camera:
        name = "" if outputs.virtual_camera == FIRST_FREE else outputs.virtual_camera
        found.append(VirtualCamera(session, name))
    return found

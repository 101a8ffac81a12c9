"""Readings over MQTT, with what Home Assistant needs to find them by itself.

Topics below the prefix: ``status`` (online, offline; retained), ``state`` (all that is, JSON; retained), ``events``
(what has happened, JSON). The broker says ``offline`` for us if we vanish.
"""

import hashlib
import json
import os
import re
import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from fusion_app import __version__
from fusion_app.errors import OutputError, without_password
from fusion_app.outputs.readings import Data
from fusion_app.system.logs import log
from fusion_app.system.machine import install_line

if TYPE_CHECKING:
    from paho.mqtt.client import Client

PASSWORD_VARIABLE = "CS2FUSION_MQTT_PASSWORD"  # noqa: S105 - its name, not a password
PORT = 1883
PREFIX = "cs2fusion-live"
DISCOVERY = "homeassistant"
KEEPALIVE_S = 15
RETRY_S = (1, 30)
CONNECT_S = 3.0
CLOSE_S = 3.0
CONTROLS = {"above": "heat", "below": "cold"}
"""Home Assistant's classes of an alarm."""


@dataclass(frozen=True)
class Broker:
    """Where readings go.

    Attributes:
        host: Name or address.
        port: TCP port.
        prefix: What the topics begin with.
        user: Name to log in with, or empty.
        password: Its password, or empty.
    """

    host: str
    port: int = PORT
    prefix: str = PREFIX
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"mqtt://{self.host}:{self.port}/{self.prefix}"

    @property
    def node(self) -> str:
        """The prefix as a name for Home Assistant: letters, digits, ``_`` and ``-``; another one for each prefix."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "_", self.prefix)
        return plain if plain == self.prefix else f"{plain}_{hashlib.sha256(self.prefix.encode()).hexdigest()[:8]}"


def broker_of(address: str) -> Broker:
    """Return what ``mqtt://[USER[:PASSWORD]@]HOST[:PORT][/PREFIX]`` names; a password may stand in the environment.

    Raises:
        OutputError: It is no such address.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", PORT if parts.port is None else parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", PORT
    prefix = unquote(parts.path).strip("/") or PREFIX
    if parts.scheme == "mqtts":
        raise OutputError("MQTT over TLS is not built in; use mqtt:// in a network that you trust, or a local bridge")
    if parts.scheme != "mqtt" or not host or not port or not address.isprintable() or parts.query or parts.fragment:
        raise OutputError(f"{without_password(address)!r} is no broker; write mqtt://HOST:1883/PREFIX")
    if re.search(r"[+#]", prefix) or not prefix.isprintable() or prefix.startswith("$") or len(prefix) > 200:
        raise OutputError(
            "the prefix of MQTT topics can hold neither + nor # nor control characters, nor more than 200 letters, "
            "nor begin with $, which is the broker's own"
        )
    password = unquote(parts.password or "") or os.environ.get(PASSWORD_VARIABLE, "")
    return Broker(host, port, prefix, unquote(parts.username or ""), password)


class MqttReceiver:
    """A `Receiver` that publishes. Its library connects, and connects again, in a thread of its own."""

    def __init__(self, broker: Broker) -> None:
        """Prepare.

        Raises:
            OutputError: The library is not installed.
        """
        self.notice = ""
        self.dropped = 0
        """Happenings that were lost because the broker was not there; the state is sent once it is."""
        self._broker = broker
        self._client = self._made()
        self._lock = threading.Lock()
        self._state: Data | None = None
        self._is_connected = False
        self._is_leaving = False
        self._announced: tuple[str, ...] = ()

    def begin(self) -> None:
        """Connect as soon as the broker answers."""
        self.notice = f"the MQTT broker {self._broker.host}:{self._broker.port} has not answered yet; it is tried again"
        self._client.connect_async(self._broker.host, self._broker.port, KEEPALIVE_S)
        self._client.loop_start()

    def put(self, happening: Data, state: Data) -> None:
        """Publish both; without a broker the state is kept until there is one."""
        with self._lock:
            self._state = state
            if not self._is_connected:
                self.dropped += 1
                return
            self._publish("events", happening)
            self._publish_state()

    def close(self) -> None:
        """Say that this node is offline, and leave."""
        self._is_leaving = True
        if self._is_connected:
            last = self._client.publish(self._topic("status"), "offline", qos=1, retain=True)
            try:
                last.wait_for_publish(CLOSE_S)
            except (RuntimeError, ValueError):
                log.info("the MQTT broker was gone before it could be told that this node goes")
        self._client.disconnect()
        ending = threading.Thread(target=self._client.loop_stop, name="mqtt end", daemon=True)
        ending.start()
        ending.join(CLOSE_S + CONNECT_S)  # a name that is being looked up cannot be interrupted

    def _made(self) -> "Client":
        try:
            from paho.mqtt.client import Client, MQTTv311  # noqa: PLC0415
            from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415
        except ImportError:
            raise OutputError(f"readings by MQTT need paho-mqtt; {install_line('paho-mqtt')}") from None
        client = Client(CallbackAPIVersion.VERSION2, f"cs2fusion-{uuid.uuid4().hex[:12]}", protocol=MQTTv311)
        if self._broker.user or self._broker.password:
            client.username_pw_set(self._broker.user, self._broker.password or None)
        client.will_set(self._topic("status"), "offline", qos=1, retain=True)
        client.reconnect_delay_set(*RETRY_S)
        client.connect_timeout = CONNECT_S
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _topic(self, name: str) -> str:
        return f"{self._broker.prefix}/{name}"

    def _on_connect(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self.notice = f"the MQTT broker refuses: {reason}; check name and password"
            return
        with self._lock:
            self.notice, self._is_connected, self._announced = "", True, ()
            self._client.publish(self._topic("status"), "online", qos=1, retain=True)
            self._client.subscribe(self._topic("status"))
            self._publish_state()

    def _on_connect_fail(self, _client: Any, _userdata: Any) -> None:
        self.notice = f"the MQTT broker {self._broker.host}:{self._broker.port} does not answer; it is tried again"

    def _on_disconnect(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        with self._lock:
            was_connected, self._is_connected = self._is_connected, False
        if was_connected and reason.is_failure:
            self.notice = f"the MQTT broker has gone ({reason}); it is tried again"

    def _on_message(self, client: Any, _userdata: Any, message: Any) -> None:
        """Contradict whoever says that this node is offline: another one with the same prefix, that goes."""
        if message.payload == b"offline" and not message.retain and self._is_connected and not self._is_leaving:
            self.notice = (
                f"another program uses the MQTT prefix {self._broker.prefix}, too, and has said that this node is "
                "offline; give each node a prefix of its own"
            )
            client.publish(self._topic("status"), "online", qos=1, retain=True)

    def _publish_state(self) -> None:
        if self._state is None:
            return
        units = units_of(self._state)
        if units != self._announced:
            self._announced = units
            for topic, about in discovery(self._broker, self._state).items():
                self._publish_text(topic, json.dumps(about), retain=True)
        self._publish("state", self._state, retain=True)

    def _publish(self, name: str, data: Data, *, retain: bool = False) -> None:
        self._publish_text(self._topic(name), json.dumps(data, ensure_ascii=False), retain=retain)

    def _publish_text(self, topic: str, text: str, *, retain: bool) -> None:
        if self._client.publish(topic, text, retain=retain).rc:
            self.dropped += 1


def units_of(state: Data) -> tuple[str, ...]:
    """Return the units of hottest and coldest, which Home Assistant must be told anew when they change."""
    return tuple((state[name] or {}).get("unit", "") for name in ("hottest", "coldest"))


def discovery(broker: Broker, state: Data) -> dict[str, Data]:
    """Return topics and texts by which Home Assistant finds this node: its sensors, each read out of the state."""
    hottest, coldest = units_of(state)
    found = {"sensor/hottest": _sensor("hottest", hottest), "sensor/coldest": _sensor("coldest", coldest)}
    for number in range(1, 1 + len(state["spots"])):
        found[f"sensor/spot_{number}"] = _sensor(f"spots[{number - 1}]", hottest) | {"name": f"Spot {number}"}
    found["sensor/fps"] = {
        "name": "Fusion rate", "value_template": "{{ value_json.fps }}", "unit_of_measurement": "fps",
    }  # fmt: skip
    for name, words in (("ir", "Infrared source"), ("visible", "Visible source")):
        is_there = f"(value_json.sources.get('{name}') or {{}}).get('phase') == 'ok'"
        found[f"binary_sensor/{name}"] = _switch(words, is_there, "connectivity")
    found["binary_sensor/recording"] = _switch("Recording", "value_json.recording.is_on", "running")
    if state["alarm"] is not None:
        alarm = _switch("Thermal alarm", "value_json.alarm.is_on", CONTROLS[state["alarm"]["side"]])
        alarm["value_template"] = (
            "{{ 'None' if value_json.alarm.is_on is none else 'ON' if value_json.alarm.is_on else 'OFF' }}"
        )
        found["binary_sensor/alarm"] = alarm
    return {
        f"{DISCOVERY}/{path.replace('/', f'/{broker.node}/')}/config": {
            **about, **_shared(broker), "unique_id": f"{broker.node}_{path.partition('/')[2]}",
        }
        for path, about in found.items()
    }  # fmt: skip


def _shared(broker: Broker) -> Data:
    device = {
        "identifiers": [broker.node],
        "name": broker.prefix,
        "model": "CS2Fusion Live",
        "sw_version": __version__,
    }
    return {
        "state_topic": f"{broker.prefix}/state",
        "availability_topic": f"{broker.prefix}/status",
        "device": device,
    }


def _sensor(name: str, unit: str) -> Data:
    template = f"{{{{ (value_json.{name} or {{}}).get('value') }}}}"
    about: Data = {"name": name.capitalize(), "value_template": template, "state_class": "measurement"}
    if unit == "celsius":
        about |= {"unit_of_measurement": "°C", "device_class": "temperature"}
    elif unit:
        about["unit_of_measurement"] = unit
    return about


def _switch(words: str, condition: str, kind: str) -> Data:
    template = f"{{{{ 'ON' if {condition} else 'OFF' }}}}"
    return {"name": words, "value_template": template, "device_class": kind}

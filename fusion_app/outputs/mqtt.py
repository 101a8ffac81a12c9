"""Readings over MQTT, with what Home Assistant needs to find them by itself.

Topics below the prefix: ``status`` (online, offline; retained), ``state`` (all that is, JSON; retained), ``events``
(what has happened, JSON). The broker says ``offline`` for us if we vanish.
"""

import json
import sys
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from fusion_app import __version__
from fusion_app.errors import OutputError
from fusion_app.outputs.broker import Broker, context_of, trouble_of
from fusion_app.outputs.readings import Data
from fusion_app.system.logs import log
from fusion_app.system.machine import install_line

if TYPE_CHECKING:
    from paho.mqtt.client import Client

DISCOVERY = "homeassistant"
KEEPALIVE_S = 15
RETRY_S = (1, 30)
CONNECT_S = 3.0
CLOSE_S = 3.0
TOLD_S = 300.0
"""So long it is told that another program has used the prefix: once that has gone, nothing else says that it has."""
CONTROLS = {"above": "heat", "below": "cold"}
"""Home Assistant's classes of an alarm."""


class MqttReceiver:
    """A `Receiver` that publishes. Its library connects, and connects again, in a thread of its own."""

    def __init__(self, broker: Broker) -> None:
        """Prepare.

        Raises:
            OutputError: The library is not installed, or the certificates of the broker cannot be read.
        """
        self.dropped = 0
        """Happenings that were lost because the broker was not there; the state is sent once it is."""
        self._broker = broker
        self._trouble = self._contradiction = ""
        self._contradicted_s = 0.0
        self._client = self._made()
        self._lock = threading.Lock()
        self._state: Data | None = None
        self._is_connected = False
        self._is_leaving = False
        self._announced: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Where it sends."""
        return repr(self._broker)

    @property
    def notice(self) -> str:
        """What the user should know now; that another program uses the prefix, only for `TOLD_S` after it showed."""
        is_told = self._contradiction and time.monotonic() - self._contradicted_s < TOLD_S
        return self._trouble or (self._contradiction if is_told else "")

    def begin(self) -> None:
        """Connect as soon as the broker answers."""
        self._trouble = f"{self._called} has not answered yet; it is tried again"
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
        if self._broker.is_encrypted:
            client.tls_set_context(context_of(self._broker.ca))
        client.will_set(self._topic("status"), "offline", qos=1, retain=True)
        client.reconnect_delay_set(*RETRY_S)
        client.connect_timeout = CONNECT_S
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    @property
    def _called(self) -> str:
        return f"the MQTT broker {self._broker.host}:{self._broker.port}"

    def _topic(self, name: str) -> str:
        return f"{self._broker.prefix}/{name}"

    def _on_connect(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._trouble = f"the MQTT broker refuses: {reason}; check name and password"
            return
        with self._lock:
            self._trouble, self._is_connected, self._announced = "", True, ()
            self._client.publish(self._topic("status"), "online", qos=1, retain=True)
            self._client.subscribe(self._topic("status"))
            self._publish_state()

    def _on_connect_fail(self, _client: Any, _userdata: Any) -> None:
        self._trouble = f"{self._called} {trouble_of(sys.exception())}; it is tried again"

    def _on_disconnect(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        with self._lock:
            was_connected, self._is_connected = self._is_connected, False
        if was_connected and reason.is_failure:
            self._trouble = f"the MQTT broker has gone ({reason}); it is tried again"

    def _on_message(self, client: Any, _userdata: Any, message: Any) -> None:
        """Contradict whoever says that this node is offline: another one with the same prefix, that goes."""
        if message.payload == b"offline" and not message.retain and self._is_connected and not self._is_leaving:
            self._contradicted_s = time.monotonic()
            self._contradiction = (
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

"""Readings over MQTT, against a real broker on loopback."""

import gc
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from typing import Any

import pytest

from fusion_app.errors import OutputError
from fusion_app.outputs.broker import PASSWORD_VARIABLE, broker_of, context_of
from fusion_app.outputs.mqtt import MqttReceiver, discovery
from fusion_app.outputs.readings import AlarmWatch, Data, alarm_of, spots_of, state_of
from tests.certificates import certificates, needs_openssl
from tests.servers import free_port
from tests.unit.outputs.test_readings import fused_of
from tests.webdriver import wait_until

mqtt = pytest.importorskip("paho.mqtt.client", reason="paho-mqtt (the extra mqtt) is not installed")
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
MOSQUITTO_PASSWD = shutil.which("mosquitto_passwd")
needs_broker = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")


class Ears:
    """A client that hears everything; `heard` holds the last text of each topic."""

    def __init__(self, port: int, user: str = "", password: str = "") -> None:
        self.heard: dict[str, str] = {}
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        if user:
            self.client.username_pw_set(user, password)
        self.client.on_connect = lambda client, *_: client.subscribe("#")
        self.client.on_message = lambda _client, _data, message: self.heard.__setitem__(
            message.topic, message.payload.decode()
        )
        self.client.reconnect_delay_set(1, 1)
        self.client.connect_async("127.0.0.1", port)
        self.client.loop_start()

    def data(self, topic: str) -> Any:
        return json.loads(self.heard.get(topic, "null"))

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def broker(folder: Path, port: int, *lines: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a broker on loopback."""
    text = "\n".join([f"listener {port} 127.0.0.1", *(lines or ("allow_anonymous true",))])
    (folder / "mosquitto.conf").write_text(text + "\n", encoding="ascii")
    assert MOSQUITTO is not None
    command = [MOSQUITTO, "-c", str(folder / "mosquitto.conf")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def hearing(port: int, *login: str) -> Iterator[Ears]:
    ears = Ears(port, *login)
    try:
        yield ears
    finally:
        ears.close()


@contextmanager
def receiving(address: str, ca: str = "") -> Iterator[MqttReceiver]:
    receiver = MqttReceiver(broker_of(address, ca))
    receiver.begin()
    try:
        yield receiver
    finally:
        receiver.close()


def state(hottest: float = 41.0) -> Data:
    watch, fused = AlarmWatch(alarm_of("above:60")), fused_of(hottest)
    watch.note(fused)
    return state_of(None, spots_of(fused), watch)


@needs_broker
def test_a_broker_gets_state_happenings_and_what_home_assistant_needs(tmp_path: Path) -> None:
    port = free_port()
    with broker(tmp_path, port), hearing(port) as ears:
        with receiving(f"mqtt://127.0.0.1:{port}/yard/north") as receiver:
            wait_until(lambda: ears.heard.get("yard/north/status") == "online", "it is online")
            receiver.put({"event": "readings"}, state())
            wait_until(lambda: "yard/north/state" in ears.heard and "yard/north/events" in ears.heard, "all has come")
            node = broker_of("mqtt://x/yard/north").node
            assert ears.data("yard/north/state")["hottest"]["value"] == 41.0
            assert ears.data("yard/north/events") == {"event": "readings"}
            about = ears.data(f"homeassistant/sensor/{node}/hottest/config")
            assert (about["device_class"], about["unit_of_measurement"]) == ("temperature", "°C")
            assert about["state_topic"] == "yard/north/state"
            assert ears.data(f"homeassistant/binary_sensor/{node}/alarm/config")["device_class"] == "heat"
            assert (receiver.notice, receiver.dropped) == ("", 0)
        wait_until(lambda: ears.heard.get("yard/north/status") == "offline", "it says that it goes")


@needs_broker
def test_the_newest_state_is_sent_once_a_broker_is_there_again(tmp_path: Path) -> None:
    port = free_port()
    with receiving(f"mqtt://127.0.0.1:{port}/x") as receiver:
        wait_until(lambda: "does not answer" in receiver.notice, "a broker that is not there is told")
        began_s = time.monotonic()
        receiver.put({"event": "readings"}, state(30.0))
        assert time.monotonic() - began_s < 20  # there is no broker: whoever waited for it would do so for ever
        assert receiver.dropped == 1
        with broker(tmp_path, port), hearing(port) as ears:
            wait_until(lambda: (ears.data("x/state") or {}).get("hottest", {}).get("value") == 30.0, "it comes late")
            assert receiver.notice == ""
        wait_until(lambda: receiver.notice != "", "a broker that has gone is told")
        receiver.put({"event": "readings"}, state(31.0))
        with broker(tmp_path, port), hearing(port) as ears:
            wait_until(lambda: (ears.data("x/state") or {}).get("hottest", {}).get("value") == 31.0, "it comes again")


@needs_broker
@pytest.mark.skipif(MOSQUITTO_PASSWD is None, reason="mosquitto_passwd is not installed")
def test_a_wrong_password_is_told_and_no_password_is_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, passwords = free_port(), tmp_path / "passwords"
    subprocess.run(
        [str(MOSQUITTO_PASSWD), "-b", "-c", str(passwords), "bob", "right-one"], check=True, capture_output=True
    )
    passwords.chmod(0o644)
    with broker(tmp_path, port, "allow_anonymous false", f"password_file {passwords}", f"user {getuser()}"):
        with receiving(f"mqtt://bob:wrong-one@127.0.0.1:{port}/x") as receiver:
            wait_until(lambda: "refuses" in receiver.notice, "it is told")
            assert "wrong-one" not in receiver.notice + repr(receiver._broker) + caplog.text
        monkeypatch.setenv(PASSWORD_VARIABLE, "right-one")
        with receiving(f"mqtt://bob@127.0.0.1:{port}/x") as receiver, hearing(port, "bob", "right-one") as ears:
            wait_until(lambda: ears.heard.get("x/status") == "online", "the right one lets it in")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://host/x", "is no broker"),
        ("mqtt:///x", "is no broker"),
        ("mqtt://host:no/x", "is no broker"),
        ("mqtt://host/a%23b", "can hold neither"),
        ("mqtts://bob:secret@", "is no broker"),
        ("ftp://bob:secret@host/x", "is no broker"),
    ],
)
def test_what_is_no_broker_is_refused_without_its_password(address: str, words: str) -> None:
    with pytest.raises(OutputError, match=words) as refused:
        broker_of(address)
    assert "secret" not in str(refused.value)


@needs_broker
@needs_openssl
@pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")  # paho leaves what was refused to the collector
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_broker_with_tls_is_trusted_by_its_ca_and_otherwise_refused_in_a_sentence(tmp_path: Path) -> None:
    ca, port, plain = certificates(tmp_path), free_port(), free_port()
    lines = (
        "allow_anonymous true", f"certfile {tmp_path}/own.pem", f"keyfile {tmp_path}/own.key", f"user {getuser()}",
        f"listener {plain} 127.0.0.1",
    )  # fmt: skip
    with broker(tmp_path, port, *lines), hearing(plain) as ears:
        with receiving(f"mqtts://127.0.0.1:{port}/x", str(ca)) as receiver:
            receiver.put({"event": "readings"}, state(52.0))
            wait_until(lambda: (ears.data("x/state") or {}).get("hottest", {}).get("value") == 52.0, receiver.notice)
            assert receiver.notice == ""
        with receiving(f"mqtts://127.0.0.1:{port}/y") as receiver:
            wait_until(lambda: "not trusted" in receiver.notice, "a CA that this system does not know is told")
            assert "--mqtt-ca" in receiver.notice
        with receiving(f"mqtts://localhost:{port}/z", str(ca)) as receiver:
            wait_until(lambda: "not trusted" in receiver.notice, "a certificate for another name is told")
        with receiving(f"mqtts://127.0.0.1:{plain}/z", str(ca)) as receiver:
            wait_until(
                lambda: "does not speak TLS" in receiver.notice, f"a port without TLS is told, {receiver.notice}"
            )
        assert "y/status" not in ears.heard
        assert "z/status" not in ears.heard
    gc.collect()  # here, where the warnings about it are expected


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="ascii")
    for name in ("ca.pem", "nothing.pem"):
        with pytest.raises(OutputError, match=f"{name} holds no certificates"):
            context_of(str(tmp_path / name))
    with pytest.raises(OutputError, match="mqtts://"):
        broker_of("mqtt://host/x", "ca.pem")


def test_an_address_is_read_as_it_is_written() -> None:
    found = broker_of("mqtt://bob:p%40ss@[::1]:1884/a/b/")
    assert (found.host, found.port, found.prefix, found.user, found.password) == ("::1", 1884, "a/b", "bob", "p@ss")
    assert broker_of("mqtt://host").prefix == "cs2fusion-live"
    assert [broker_of(f"{scheme}://host").port for scheme in ("mqtt", "mqtts")] == [1883, 8883]


def test_home_assistant_gets_counts_without_a_class_of_temperature() -> None:
    about = discovery(broker_of("mqtt://host/x"), state_of(None, spots_of(fused_of(41.0, None)), None))
    hottest = about["homeassistant/sensor/x/hottest/config"]
    assert "device_class" not in hottest
    assert hottest["unit_of_measurement"] == "counts"
    assert "homeassistant/binary_sensor/x/alarm/config" not in about


def test_home_assistant_takes_no_prefix_for_another() -> None:
    prefixes = (
        "yard/thermal",
        "yard_thermal",
        "yard.thermal",
        "yard-thermal",
        "热",
        "冷",
        "甲/热",
        "cs2fusion-live",
    )
    nodes = [broker_of(f"mqtt://h/{prefix}").node for prefix in prefixes]
    assert len(set(nodes)) == len(prefixes)
    assert all(re.fullmatch("[A-Za-z0-9_-]+", node) for node in nodes)
    assert nodes[-1] == "cs2fusion-live"


@pytest.mark.parametrize(
    "address", ["mqtt://h/$SYS/x", "mqtt://h/\ud800", "mqtt://h/%7F", "mqtt://h:0/x", "mqtt://u\n@h/x"]
)
def test_what_a_broker_would_drop_is_refused_at_once(address: str) -> None:
    with pytest.raises(OutputError):
        broker_of(address)


@needs_broker
def test_a_node_that_another_one_declares_offline_contradicts_and_tells_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    with broker(tmp_path, port), hearing(port) as ears, receiving(f"mqtt://127.0.0.1:{port}/x") as stays:
        with receiving(f"mqtt://127.0.0.1:{port}/x") as goes:
            wait_until(lambda: stays._is_connected and goes._is_connected, "both are there")
        wait_until(lambda: "a prefix of its own" in stays.notice, "it is told")
        wait_until(lambda: ears.heard.get("x/status") == "online", "the one that stays is online")
        assert goes.notice == ""
        monkeypatch.setattr("fusion_app.outputs.mqtt.TOLD_S", 0.0)
        assert stays.notice == "", "the other one has long gone"

"""*Connect cameras…*: infrared and visible by the names of cameras, by address, or by file."""

from collections import Counter
from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from fusion_app.errors import SourceError
from fusion_app.gui.bars.combo import ComboBox
from fusion_app.gui.dialogs.camera_choice import CameraChoice
from fusion_app.gui.dialogs.pair import PairDialog
from fusion_app.gui.dialogs.trial_picture import TrialPicture
from fusion_app.gui.plain import plain_label, without_mnemonic
from fusion_app.sources.camera_wish import CameraWish, camera_of
from fusion_app.sources.devices import Camera

THERMAL_WORDS = ("thermal", "flir", "boson", "lepton", "infiray", "tc001", "p2 pro", "seek", "hikmicro", "ir ")


class ConnectDialog(PairDialog):
    """Two cameras of this computer by name, or addresses of others; the list can be read again.

    Signals:
        rescan_asked: The cameras are to be listed again; the answer belongs to `show_cameras`.
    """

    rescan_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None, ir: str = "", vis: str = "") -> None:
        super().__init__(
            parent,
            self.tr("Connect cameras"),
            self.tr(
                "Choose a camera by its name, or type an address: rtsp://192.168.1.20/stream; http, udp, tcp, srt and "
                "rtmp are understood, too. One stream that holds both pictures is split:left:ADDRESS and "
                "split:right:ADDRESS."
            ),
        )
        self._has_given = bool(ir or vis)
        (ir, ir_wish), (vis, vis_wish) = split_wish(ir), split_wish(vis)
        self.ir_field = self._row(0, self.tr("&Infrared"), ir)
        self.ir_choice, self.ir_trial = self._choice(self.ir_field, self.tr("Infrared"), ir_wish)
        self.vis_field = self._row(2, self.tr("&Visible"), vis)
        self.vis_choice, self.vis_trial = self._choice(self.vis_field, self.tr("Visible"), vis_wish)
        self._grid.addWidget(self.ir_choice, 1, 1, 1, 2)
        self._grid.addWidget(self.vis_choice, 3, 1, 1, 2)
        trials = QHBoxLayout()
        for trial in (self.ir_trial, self.vis_trial):
            trials.addWidget(trial)
        self._grid.addLayout(trials, 5, 0, 1, 3)
        self.found = plain_label(self)
        self.found.setObjectName("hint")
        self.found.setWordWrap(True)
        self.rescan = QPushButton(self.tr("&Rescan"), self)
        self.rescan.setAutoDefault(False)
        self.rescan.clicked.connect(self.ask_for_cameras)
        self._grid.addWidget(self.found, 4, 1)
        self._grid.addWidget(self.rescan, 4, 2)
        self._update_open()
        self.ir_field.setFocus()

    @property
    def ir(self) -> str:
        """See `PairDialog`."""
        return self.ir_choice.applied(_uri(self.ir_field))

    @property
    def vis(self) -> str:
        """See `PairDialog`."""
        return self.vis_choice.applied(_uri(self.vis_field))

    def done(self, result: int) -> None:
        """Let go of what is tried, then close."""
        for trial in (self.ir_trial, self.vis_trial):
            trial.end()
        super().done(result)

    def ask_for_cameras(self) -> None:
        """Have the cameras listed."""
        self.found.setText(self.tr("Looking for cameras"))
        self.rescan.setEnabled(False)
        self.rescan_asked.emit()

    def show_cameras(self, cameras: Sequence[Camera]) -> None:
        """Offer ``cameras``; what is typed already stays."""
        self.rescan.setEnabled(True)
        self.found.setText(self._found_text(len(cameras)))
        labels = _labels(cameras)
        for field, default in zip((self.ir_field, self.vis_field), _guess(cameras), strict=True):
            wanted = _uri(field) or ("" if self._has_given else default)
            field.clear()
            for label, camera in zip(labels, cameras, strict=True):
                field.addItem(label, camera.uri)
            index = field.findData(wanted)
            field.setCurrentIndex(index)
            if index < 0:
                field.setEditText(wanted)
        self._update_open()

    def show_failure(self, error: Exception) -> None:
        """Say why the cameras could not be listed; addresses can still be typed."""
        self.rescan.setEnabled(True)
        self.found.setText(f"■  {error}")

    def _found_text(self, count: int) -> str:
        if not count:
            return self.tr("▲  No camera was found. Connect one and rescan, or type an address.")
        return self.tr("One camera was found.") if count == 1 else self.tr("{0} cameras were found.").format(count)

    def _row(self, row: int, name: str, value: str) -> ComboBox:
        field = ComboBox(self)
        field.setEditable(True)
        field.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
        field.setEditText(value)
        if (line := field.lineEdit()) is not None:
            line.setPlaceholderText(self.tr("name of a camera, or an address"))
        field.editTextChanged.connect(self._update_open)
        self._label(row, name, field)
        self._grid.addWidget(field, row, 1)
        self._grid.setColumnStretch(1, 1)
        button = QPushButton(self.tr("File…"), self)
        button.setAccessibleName(f"{without_mnemonic(name)}: {button.text()}")
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._choose_file(field))
        self._grid.addWidget(button, row, 2)
        return field

    def _choice(self, field: ComboBox, name: str, wish: CameraWish) -> tuple[CameraChoice, TrialPicture]:
        """Return the row under ``field``, and the test picture that belongs to it."""
        choice, trial = CameraChoice(name, self), TrialPicture(name, self)
        choice.show_wish(wish)
        choice.show_uri(_uri(field))
        trial.hide()

        def show(*_: object) -> None:
            choice.show_uri(_uri(field))
            choice.trial.setChecked(trial.is_on or (trial.isVisible() and trial.image is not None))

        def try_it(is_wanted: bool) -> None:
            trial.setVisible(is_wanted)
            if is_wanted:
                trial.begin(choice.applied(_uri(field)))
            else:
                trial.end()

        def stop(*_: object) -> None:
            """What is shown is not what is chosen any more."""
            trial.end()
            trial.hide()
            show()

        field.editTextChanged.connect(stop)
        choice.changed.connect(stop)
        choice.tried.connect(try_it)
        return choice, trial

    def _choose_file(self, field: ComboBox) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Choose a video"))
        if path:
            field.setEditText(path)


def split_wish(uri: str) -> tuple[str, CameraWish]:
    """Return the address of a camera and what is asked of it; of anything else the address as it is."""
    try:
        return camera_of(uri) if uri.startswith("camera:") else (uri, CameraWish())
    except SourceError:
        return uri, CameraWish()


def _uri(field: ComboBox) -> str:
    """Return the camera chosen by name, else what was typed."""
    text = field.currentText().strip()
    index = field.findText(text) if text else -1
    return str(field.itemData(index)) if index >= 0 else text


def _labels(cameras: Sequence[Camera]) -> list[str]:
    """Return what to call each camera: its name, and its id where two share a name."""
    counts = Counter(camera.name for camera in cameras)
    return [camera.name if counts[camera.name] == 1 else f"{camera.name}   {camera.id}" for camera in cameras]


def _guess(cameras: Sequence[Camera]) -> tuple[str, str]:
    """Return which camera is likely infrared and which visible, by their names; empty for one that is not there."""
    thermal = [camera for camera in cameras if any(word in f"{camera.name.lower()} " for word in THERMAL_WORDS)]
    others = [camera for camera in cameras if camera not in thermal]
    ir = thermal[0].uri if thermal else ""
    vis = others[0].uri if others else ""
    return ir, vis

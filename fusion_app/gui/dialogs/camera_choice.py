"""What a camera is asked for: size, rate and format, beside the box that names it, and a test picture of the whole."""

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from fusion_app.errors import SourceError
from fusion_app.gui.bars.combo import ComboBox
from fusion_app.sources.camera_wish import CameraWish, camera_of, with_wish

translate = QCoreApplication.translate
SIZES = (
    "160x120",
    "256x192",
    "320x240",
    "384x288",
    "640x480",
    "640x512",
    "800x600",
    "1280x720",
    "1920x1080",
    "3840x2160",
)
RATES = ("9", "15", "25", "30", "50", "60")
FORMATS = ("MJPG", "YUYV", "NV12", "H264", "Y16", "GREY")
TITLES = {
    "size": QT_TRANSLATE_NOOP("CameraChoice", "Size"),
    "fps": QT_TRANSLATE_NOOP("CameraChoice", "Rate"),
    "format": QT_TRANSLATE_NOOP("CameraChoice", "Format"),
}
OFFERED = {"size": SIZES, "fps": RATES, "format": FORMATS}


class CameraChoice(QWidget):
    """A row of three boxes and a button; the first entry of each box leaves it to the camera.

    Signals:
        changed: Something else is asked for.
        tried: A test picture is wanted, or not any more.
    """

    changed = pyqtSignal()
    tried = pyqtSignal(bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.boxes: dict[str, ComboBox] = {}
        for key, values in OFFERED.items():
            title = translate("CameraChoice", TITLES[key])
            box = ComboBox(self)
            box.setEditable(True)
            box.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
            box.addItems(("", *values))
            box.setAccessibleName(f"{name}: {title}")
            if (line := box.lineEdit()) is not None:
                line.setPlaceholderText(translate("CameraChoice", "any"))
            box.editTextChanged.connect(self.changed)
            label = QLabel(title, self)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box, 1)
            self.boxes[key] = box
        self.trial = QPushButton(translate("CameraChoice", "Test picture"), self)
        self.trial.setCheckable(True)
        self.trial.setAutoDefault(False)
        self.trial.setAccessibleName(f"{name}: {self.trial.text()}")
        self.trial.clicked.connect(self.tried)
        row.addWidget(self.trial)

    def show_wish(self, wish: CameraWish) -> None:
        """Show what is asked for."""
        size = f"{wish.size.width}x{wish.size.height}" if wish.size else ""
        for key, text in (("size", size), ("fps", f"{wish.fps:g}" if wish.fps else ""), ("format", wish.format)):
            self.boxes[key].setEditText(text)

    def show_uri(self, uri: str) -> None:
        """Be told what is chosen: only a camera of this machine can be asked for something."""
        for box in self.boxes.values():
            box.setEnabled(uri.startswith("camera:"))
        self.trial.setEnabled(bool(uri))

    def applied(self, uri: str) -> str:
        """Return ``uri`` with what is asked for; as it is where that is no camera or says so itself."""
        given = "&".join(f"{key}={text}" for key, box in self.boxes.items() if (text := box.currentText().strip()))
        if not uri.startswith("camera:") or "?" in uri or not given:
            return uri
        try:
            return with_wish(uri, camera_of(f"{uri}?{given}")[1])
        except SourceError:
            return f"{uri}?{given}"  # opening it says what is not understood

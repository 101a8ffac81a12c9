"""Asks how many images of a folder were taken in a second, where a video lies beside it."""

from PyQt6.QtWidgets import QInputDialog, QWidget

LEAST, MOST = 0.01, 1000.0
USUAL = 25.0
DECIMALS = 3


class RateDialog(QInputDialog):
    """One number; `doubleValueSelected` gives it."""

    def __init__(self, parent: QWidget | None, suggested: float) -> None:
        """Begin with ``suggested`` images per second; 0 where nothing suggests a rate."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Images per second"))
        self.setInputMode(QInputDialog.InputMode.DoubleInput)
        self.setDoubleDecimals(DECIMALS)
        self.setDoubleRange(LEAST, MOST)
        self.setDoubleValue(min(MOST, max(LEAST, round(suggested, DECIMALS))) if suggested else USUAL)
        hint = self.tr("Begins with the rate at which images and video are equally long.") if suggested else ""
        self.setLabelText("\n".join(filter(None, (self.tr("How many images were taken in a second?"), hint))))
        self.setOkButtonText(self.tr("Open"))

"""What the tags on the pictures say, in full, and what their words mean."""

from collections.abc import Sequence

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from fusion_app.gui.plain import plain_label

WORDS = (
    QT_TRANSLATE_NOOP("TagsDialog", "FUSED, IR, VISIBLE: which picture it is."),
    QT_TRANSLATE_NOOP("TagsDialog", "Then what fuses: the model or mode, with strength and threshold if they are set."),
    QT_TRANSLATE_NOOP(
        "TagsDialog",
        "WHAT INFRARED ADDS: orange where the fused picture is brighter than visible, blue where it is darker.",
    ),
    QT_TRANSLATE_NOOP("TagsDialog", "… ONLY: the other source is lost; the picture goes on without it."),
    QT_TRANSLATE_NOOP(
        "TagsDialog", "A size: at which the network computes; “reduced” if the picture itself is larger."
    ),
    QT_TRANSLATE_NOOP("TagsDialog", "CPU or CUDA: the device that computes."),
    QT_TRANSLATE_NOOP("TagsDialog", "FROZEN: the view stands still. STALE: the source is gone; it is the last frame."),
    QT_TRANSLATE_NOOP("TagsDialog", "held: the last infrared frame is shown again, because no newer one has come."),
    QT_TRANSLATE_NOOP("TagsDialog", "NUC: the infrared camera has closed its shutter for a moment."),
    QT_TRANSLATE_NOOP("TagsDialog", "Other words are the palette, and what there is to know of a file."),
)


class TagsDialog(QDialog):
    """Shows the tags, which a narrow tile cuts, and a line for each of their parts."""

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What the tags say"))
        self.now = plain_label(self)
        self.now.setText("\n".join(titles))
        self.now.setWordWrap(True)
        words = plain_label(self)
        words.setText("\n".join(QCoreApplication.translate("TagsDialog", text) for text in WORDS))
        words.setWordWrap(True)
        words.setObjectName("hint")
        for label in (self.now, words):
            label.setFixedWidth(520)
            label.setMinimumHeight(label.heightForWidth(520))  # Qt makes dialogs smaller than that on small screens
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        box.rejected.connect(self.reject)
        if (close := box.button(QDialogButtonBox.StandardButton.Close)) is not None:
            close.setDefault(True)
            close.setFocus()
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 18)
        column.setSpacing(14)
        for widget in (self.now, words, box):
            column.addWidget(widget)

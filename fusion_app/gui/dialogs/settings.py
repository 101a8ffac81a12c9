"""*Settings*: what holds for the application. Nothing changes before *OK*, and nothing wrong is taken."""

from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QTabWidget, QVBoxLayout, QWidget

from fusion_app.gui.application_settings import ApplicationSettings
from fusion_app.gui.dialogs.settings_pages import DevicesPage, FoldersPage, GeneralPage, Page, RecordingPage
from fusion_app.gui.dialogs.shortcuts_page import ShortcutsPage
from fusion_app.gui.plain import plain_label

SIZE = (640, 480)


class SettingsDialog(QDialog):
    """Edits `ApplicationSettings`.

    Attributes:
        settings: As they were; as the user wants them once the dialog is accepted.
    """

    def __init__(self, settings: ApplicationSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.setWindowTitle(self.tr("Settings"))
        room = parent.height() - 40 if parent is not None else SIZE[1]
        self.resize(SIZE[0], min(SIZE[1], room))
        self.tabs = QTabWidget(self)
        self.tabs.setAccessibleName(self.tr("Pages of the settings"))
        self.pages: list[Page] = [
            kind(settings, self) for kind in (GeneralPage, FoldersPage, RecordingPage, DevicesPage, ShortcutsPage)
        ]
        for page in self.pages:
            self.tabs.addTab(page, page.title)
        self.told = plain_label(self)
        self.told.setWordWrap(True)
        self.told.hide()
        self.box = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self.box.accepted.connect(self.accept)
        self.box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.told)
        column.addWidget(self.box)

    def accept(self) -> None:
        """Take everything, or show what is wrong and stay open."""
        for page in self.pages:
            if (problem := page.problem()) is not None:
                text, where = problem
                self.tabs.setCurrentWidget(page)
                where.setFocus()
                self.told.setText(f"■  {text}")
                self.told.show()
                return
        for page in self.pages:
            self.settings = page.applied(self.settings)
        super().accept()

"""Opens the dialog *Settings* and takes into use what was changed there."""

from dataclasses import replace

from PyQt6.QtCore import QObject, QSettings, pyqtSignal
from PyQt6.QtWidgets import QWidget

from fusion_app.gui.appearance import Appearance
from fusion_app.gui.application_settings import (
    DEVICES,
    ApplicationSettings,
    DeviceSettings,
    keep_keys,
    keep_scale,
    recall_devices,
    recall_keys,
    recall_scale,
)
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.commands import Commands
from fusion_app.gui.dialogs.settings import SettingsDialog
from fusion_app.gui.preferences import Preferences
from fusion_app.gui.session.recording_controller import RecordingController
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.settings import FusionSettings


class SettingsController(QObject):
    """Knows where each setting of the application is kept, and who has to be told of it.

    Signals:
        said: What to show for a moment.
    """

    said = pyqtSignal(str)

    def __init__(self, store: QSettings, actions: Actions, commands: Commands, window: QWidget) -> None:
        super().__init__(window)
        self._store = store
        self._preferences = Preferences(store)
        self._actions = actions
        self._commands = commands
        self._window = window
        actions.use_keys(recall_keys(store))

    def follow(self, controller: SessionController, recording: RecordingController, appearance: Appearance) -> None:
        """Open the dialog when it is asked for, and hand on what is changed in it."""
        self._controller = controller
        self._recording = recording
        self._appearance = appearance
        self._actions["settings"].triggered.connect(lambda _: self.ask())

    def ask(self) -> None:
        """Open the dialog."""
        before = self.settings
        dialog = SettingsDialog(before, self._window)
        dialog.accepted.connect(lambda: self._use(before, dialog.settings))
        self._commands.open_dialog(dialog)

    @property
    def settings(self) -> ApplicationSettings:
        """All of them, as they are."""
        return ApplicationSettings(
            self._preferences.theme,
            recall_scale(self._store),
            self._controller.settings.recording,
            recall_devices(self._preferences),
            self._preferences.language,
            recall_keys(self._store),
        )

    def _use(self, before: ApplicationSettings, now: ApplicationSettings) -> None:
        if now.theme is not before.theme:
            self._appearance.set_theme(now.theme)
        if now.language is not before.language:
            self._appearance.set_language(now.language)
        if now.keys != before.keys:
            keep_keys(self._store, now.keys)
            self._actions.use_keys(now.keys)
        if now.recording != before.recording:
            self._recording.use(now.recording)
        if now.devices != before.devices:
            self._use_devices(now.devices)
        if now.ui_scale != before.ui_scale:
            keep_scale(self._store, now.ui_scale)
            self.said.emit(self.tr("The scale of {0} % is taken at the next start").format(now.ui_scale))

    def _use_devices(self, devices: DeviceSettings) -> None:
        self._preferences.keep(DEVICES, devices)
        self._controller.use(
            replace(
                self._controller.settings.fusion,
                device=devices.device,
                precision=devices.precision,
                threads=devices.threads,
            )
        )


def with_devices(fusion: FusionSettings, preferences: Preferences) -> FusionSettings:
    """Return ``fusion`` computed where the user has chosen, as far as it says nothing of its own."""
    return recall_devices(preferences).under(fusion)

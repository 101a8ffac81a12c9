"""Over the pictures: what has become of a source that is gone, the statistics, and that something is recorded."""

from collections.abc import Mapping

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.gui.view.recording_tag import RecordingTag
from fusion_app.gui.view.source_notice import SourceNotice
from fusion_app.gui.view.statistics import StatisticsOverlay
from fusion_app.gui.view.view_grid import ARRANGEMENTS, Role, ViewGrid
from fusion_app.session.overview import Overview


class TileStates(QObject):
    """Keeps the notices and the statistics over a view grid.

    Signals:
        retry_asked: The source of this role is to be opened at once.
        other_asked: The user wants to choose other sources.
    """

    retry_asked = pyqtSignal(Role)
    other_asked = pyqtSignal()

    def __init__(self, grid: ViewGrid) -> None:
        super().__init__(grid)
        self._grid = grid
        self.notices = {role: SourceNotice(*names, grid) for role, names in self._names().items()}
        for role, notice in self.notices.items():
            notice.retry_asked.connect(lambda role=role: self.retry_asked.emit(role))
            notice.other_asked.connect(self.other_asked)
        self.faults: Mapping[Role, str] = {}
        self.statistics = StatisticsOverlay(grid)
        self.recording = RecordingTag(grid)
        grid.arranged.connect(self._place)

    def show_faults(self, faults: Mapping[Role, str]) -> None:
        """Say from the next look on what is wrong with the pictures of a source."""
        self.faults = faults

    def _names(self) -> dict[Role, tuple[str, str]]:
        """Return how a notice calls its source, and the other one."""
        infrared, visible = self.tr("Infrared"), self.tr("Visible")
        return {Role.IR: (infrared, visible.lower()), Role.VIS: (visible, infrared.lower())}

    def show_overview(self, overview: Overview | None) -> None:
        """Show the state of both sources."""
        if overview is None:
            for role, notice in self.notices.items():
                notice.hide()
                self._grid.set_notes(role, ())
            return
        for role, names in self._names().items():
            self.notices[role].speak_of(*names)
        sources = {Role.IR: overview.ir, Role.VIS: overview.vis}
        gone = {role: source.state.age_s for role, source in sources.items() if source.is_gone}
        self._grid.set_gone(gone)
        for role, source in sources.items():
            fault = self.faults.get(role)
            self._grid.set_notes(role, [*((fault,) if fault else ()), *(note.tag for note in source.notes)])
            self.notices[role].show_source(source, goes_on=len(gone) == 1 and self._grid.has_frame)
        self._place()

    def _place(self) -> None:
        """Put the notices where the tiles are now, or over a picture that goes on."""
        self.recording.place()
        arrangement = ARRANGEMENTS[self._grid.layout_now]
        for role, notice in self.notices.items():
            if not notice.isVisibleTo(self._grid):
                continue
            if role in arrangement:
                notice.place(self._grid.tiles[role].geometry())
            else:
                notice.place(self._grid.tiles[next(iter(arrangement))].geometry(), 1 if role is Role.IR else -1)

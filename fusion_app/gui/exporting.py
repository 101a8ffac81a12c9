"""What an export takes over from the screen: model or mode, alignment, and the moments that a range may go between."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QCoreApplication

from fusion_app.engine import model_names
from fusion_app.gui.bars.actions import MODES
from fusion_app.gui.dialogs.export import Exportable
from fusion_app.gui.dialogs.export_range import Place, Range
from fusion_app.gui.plain import without_mnemonic
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.gui.view.titles import maker_of
from fusion_app.recording.moments import Moment
from fusion_app.recording.snapshot import free_path, recording_folder
from fusion_app.settings import FusionSettings
from fusion_app.sources import is_there

translate = QCoreApplication.translate


def exportable(controller: SessionController) -> Exportable:
    """Return what is on the screen, for an export."""
    settings = controller.settings
    vis = Path(settings.sources.vis)
    if is_there(settings.sources.vis):
        output = vis.absolute().parent / f"{vis.stem}-fused.mkv"
    else:
        output = free_path(recording_folder(settings.recording), "fused", ".mkv")
    return Exportable(settings, output, tuple(_models(controller)), tuple(_places(controller)), Range(*controller.part))


def places_of(moments: Iterable[Moment]) -> list[Place]:
    """Return the markers of a recording as places."""
    return [Place(one.at_s, one.text) for one in moments if not one.lost]


def _places(controller: SessionController) -> Iterator[Place]:
    yield Place(0.0, translate("ExportDialog", "Beginning"))
    if controller.position_s > 0:
        yield Place(controller.position_s, translate("ExportDialog", "Frame in view"))
    yield Place(controller.duration_s, translate("ExportDialog", "End"))


def _models(controller: SessionController) -> Iterator[tuple[str, FusionSettings]]:
    """Yield what may fuse, by the words for it: first what the window is set to, then what it has chosen by itself."""
    fusion = controller.settings.fusion
    is_network = fusion.mode == "network"
    if not is_network:
        yield without_mnemonic(translate("Actions", MODES[fusion.mode])), fusion
    elif fusion.weights:
        yield Path(fusion.weights).name, fusion
    else:
        yield fusion.model, fusion
    now = _on_screen(controller)
    if now is not None:
        yield translate("ExportDialog", "As on the screen: {0}").format(f"{now.model} {now.working_size}"), now
    plain = fusion if is_network else replace(fusion, mode="network", strength=None)
    for name in ("auto", *model_names()):
        if not is_network or fusion.weights or name != fusion.model:
            yield name, replace(plain, model=name, weights="")


def _on_screen(controller: SessionController) -> FusionSettings | None:
    """Return what automatic quality has come to; None where the user has said what fuses."""
    session, fusion = controller.session, controller.settings.fusion
    if session is None or fusion.mode != "network" or fusion.weights or fusion.model != "auto":
        return None
    maker = maker_of(session, controller.frame)
    if maker.size is None:
        return None
    size = "full" if maker.size == maker.frame else f"{maker.size.width}x{maker.size.height}"
    return replace(fusion, model=maker.model, working_size=size)

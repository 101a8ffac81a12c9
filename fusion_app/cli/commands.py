"""Every command, in the order of the help."""

from fusion_app.cli import (
    align,
    batch,
    bench,
    desktop_entry,
    devices,
    doctor,
    export,
    fuse,
    metrics,
    models,
    record,
    recover,
    serve,
    sync,
    view,
    weights,
)

COMMANDS = (
    view,
    fuse,
    batch,
    record,
    recover,
    serve,
    align,
    sync,
    devices,
    doctor,
    bench,
    metrics,
    models,
    export,
    weights,
    desktop_entry,
)

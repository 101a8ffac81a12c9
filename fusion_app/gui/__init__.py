"""The window. The only place for PyQt6; it shows what the river below it does and never does it itself.

`app` starts Qt, `main_window` puts the parts together. `session_controller` opens and closes sessions in a worker
thread and knows the state; `bridge` carries fused frames from the runner's thread to the screen, newest wins;
`view_grid` and `frame_view` paint them; `recording_controller` records and takes snapshots.
"""

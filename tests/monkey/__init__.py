"""Thousands of user actions on the real window, by chance but repeatable: what breaks, hangs, or stays behind?

``python -m tests.monkey --minutes 10 --seed 1`` (`make monkey`) plays rounds. A round opens a window, does some dozens
of actions (`hand`) with clips, cameras on loopback, the demo and rubbish (`zoo`), answers every dialog, and closes the
window, in whatever state it is. Watched (`watch`) are exceptions in any thread, errors in the log, pauses of the event
loop, and after each round the threads, handles, widgets and memory that stay. A round that goes wrong is written down
as a JSON list, which ``--replay FILE`` plays again and ``--shrink FILE`` makes as short as it still goes wrong.
"""

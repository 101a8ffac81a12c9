"""How long a process was kept from working: times are judged on machines that do other things as well."""

from pathlib import Path


def waited_ms(pid: int) -> float:
    """Return how long the threads of a process have been ready to run while others had the processor.

    Linux tells; elsewhere it is 0. Threads that have ended no longer count, so it may also become less.
    """
    waited_ns = 0
    for stat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            waited_ns += int(stat.read_text().split()[1])
        except (OSError, IndexError):
            continue  # the thread has ended
    return waited_ns / 1e6

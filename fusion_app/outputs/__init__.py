"""What goes out of a session to other programs: readings, a stream, a virtual camera. None of it can slow the run.

Each output has a mailbox and a thread of its own (ADR 28). `Output` is what all have in common.
"""

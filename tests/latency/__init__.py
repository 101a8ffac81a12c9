"""How old a frame is where it is seen: ``python -m tests.latency``, a table on the standard output.

A camera on loopback draws the time of day into every picture, as black and white fields; what arrives at the other end
of each output is read back and compared with the clock there. Both ends are on one machine, so there is one clock. What
is measured runs from the camera's JPEG to pixels in the receiver's memory: exposure and a screen come on top.
"""

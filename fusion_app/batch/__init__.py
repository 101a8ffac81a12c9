"""Many pairs of recordings into one folder: found, cut into segments, fused by any number of processes, joined.

The output folder is the queue (`folder`). A job becomes segments (`cut`) whose names tell what they depend on. A worker
(`worker`) claims one (`claims`), fuses it aside, notes it in its journal (`journal`) and gives it its name, which is
the moment from which it exists. The last step joins the segments (`result`). Nothing of it needs a server, or clocks
that agree.
"""

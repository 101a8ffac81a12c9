"""Puts two frames of one instant together: of files, of live cameras, of a recording."""

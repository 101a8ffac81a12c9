"""Runtimes that fuse strip by strip on the CPU: torch and OpenVINO."""

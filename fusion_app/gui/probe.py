"""Ends with 0 if a window can be opened here. Run as a program of its own: Qt aborts where the display is dead."""

from PyQt6.QtGui import QGuiApplication

if __name__ == "__main__":
    QGuiApplication([])

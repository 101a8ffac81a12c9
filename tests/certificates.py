"""Certificates for a test alone, made by openssl."""

import shutil
import subprocess
from pathlib import Path

import pytest

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")


def certificates(folder: Path, names: str = "IP:127.0.0.1") -> Path:
    """Make a CA and a certificate of it (``own.pem``, ``own.key``) for ``names``; return the CA's file."""

    def run(*arguments: str) -> None:
        subprocess.run([str(OPENSSL), *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=a CA of tests",
        "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    run("req", *key, "-keyout", "own.key", "-out", "own.csr", "-subj", "/CN=a server of tests")
    (folder / "own.ext").write_text(f"subjectAltName={names}\n", encoding="ascii")
    run("x509", "-req", "-in", "own.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2", "-days", "2",
        "-extfile", "own.ext", "-out", "own.pem")  # fmt: skip
    return folder / "ca.pem"

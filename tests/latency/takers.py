"""Clients that take what comes: ``python -m tests.latency.takers PORT PATH COUNT``; a line of input asks for the bytes.

It imports nothing large, so that it begins at once.
"""

import socket
import sys
import threading


def main() -> None:
    """Take until standard input is closed."""
    port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    sizes = [0] * count

    def take(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            while part := connection.recv(1 << 18):
                sizes[number] += len(part)

    for number in range(count):
        threading.Thread(target=take, args=(number,), daemon=True).start()
    for _ in sys.stdin:
        print(sum(sizes), flush=True)


if __name__ == "__main__":
    main()

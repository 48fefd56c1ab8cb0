# Sends whatever shows an address, over and over, by old connections and by new ones: what a machine does while its tunnel dies.
# Arguments: name, port that marks it, address of the world in both families, of the LAN's resolver in both, interface to insist on or `-`.
import errno
import socket
import sys
import time

name, marker, world, world6, resolver, resolver6, interface = sys.argv[1:]
question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05world\x04test\x00\x00\x01\x00\x01"
kept = {}
count = 0


def datagram(family, address, port, key=None, device=None, data=None):
    if key is None or key not in kept:
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setblocking(False)
        if device:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        if key is None:
            made.sendto(data or text(), (address, port))
            made.close()
            return
        kept[key] = made
    kept[key].sendto(data or text(), (address, port))


def text():
    return f"{name} {count}\n".encode()


def connection(family, address, port, key):
    """A connection that stays; another one only when it has ended."""
    if key not in kept:
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setblocking(False)
        if made.connect_ex((address, port)) not in (0, errno.EINPROGRESS):
            made.close()
            return
        kept[key] = made
    try:
        kept[key].send(text())
    except BlockingIOError:
        pass
    except OSError as error:
        if error.errno != errno.ENOTCONN:
            kept.pop(key).close()


def attempt(family, address, port):
    with socket.socket(family, socket.SOCK_STREAM) as made:
        made.setblocking(False)
        made.connect_ex((address, port))


def everything():
    yield lambda: datagram(socket.AF_INET, world, 9999, "udp")
    yield lambda: datagram(socket.AF_INET, world, int(marker))
    yield lambda: datagram(socket.AF_INET6, world6, 9999, "udp6")
    yield lambda: datagram(socket.AF_INET6, world6, int(marker))
    yield lambda: datagram(socket.AF_INET, resolver, 53, data=question)
    yield lambda: datagram(socket.AF_INET6, resolver6, 53, data=question)
    yield lambda: connection(socket.AF_INET, world, 7, "tcp")
    yield lambda: connection(socket.AF_INET6, world6, 7, "tcp6")
    yield lambda: attempt(socket.AF_INET, world, 80)
    yield lambda: attempt(socket.AF_INET6, world6, 80)
    yield lambda: attempt(socket.AF_INET, resolver, 53)
    if interface != "-":
        yield lambda: datagram(socket.AF_INET, world, 9999, "bound", interface)
        yield lambda: datagram(socket.AF_INET6, world6, 9999, "bound6", interface)


while True:
    count += 1
    for each in everything():
        try:
            each()
        except OSError:
            pass
    with open(f"/run/sent-{name}", "w") as file:
        file.write(str(count))
    time.sleep(0.1)

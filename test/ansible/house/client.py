# Stands for a client of a chain on a node: answers by TCP and UDP with the address from which it was called, and calls back when it was asked to. Arguments: port.
import socket
import sys
import threading
import time

port = int(sys.argv[1])


def address(caller):
    return caller[0].removeprefix("::ffff:")


def tcp():
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True) as door:
        while True:
            conversation, caller = door.accept()
            with conversation:
                conversation.settimeout(5)
                conversation.sendall(f"{address(caller)}\n".encode() + conversation.recv(64))


def udp():
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as door:
        door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        door.bind(("::", port))
        while True:
            message, caller = door.recvfrom(2048)
            word, _, rest = message.partition(b" ")
            if word == b"call-back":
                seconds = float(rest)
                door.sendto(b"gladly", caller)
                threading.Timer(seconds, door.sendto, (b"called back", caller)).start()
            else:
                door.sendto(f"{address(caller)} ".encode() + message, caller)


threading.Thread(target=tcp, daemon=True).start()
threading.Thread(target=udp, daemon=True).start()
while True:
    time.sleep(3600)

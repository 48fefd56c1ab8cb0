# Stands for peers in the world: streams of UDP to one port, each from an address of its own, and one that is silent until it is called back.
# Arguments: host, port, seconds, addresses to call from. Prints JSON: for each stream what was sent, what came back, and as whom it was seen.
import json
import socket
import sys
import time

host, port, seconds, *own = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:]
every = 0.1


def opened(address):
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, 0))
    made.connect((host, port))
    made.setblocking(False)
    return made


streams = [{"from": each, "socket": opened(each), "sent": 0, "received": 0, "seenAs": set()} for each in own]
silent = opened(own[0])
called_back = False
# Longer than a firewall remembers by default what was said and answered once.
silent.send(f"call-back {min(seconds * 0.75, 45)}".encode())


def receive():
    global called_back
    for stream in streams:
        try:
            while True:
                who = stream["socket"].recv(2048).split(b" ", 1)[0].decode()
                stream["received"] += 1
                stream["seenAs"].add(who)
        except OSError:
            pass
    try:
        called_back = silent.recv(2048) == b"called back" or called_back
    except OSError:
        pass


begun = time.monotonic()
while time.monotonic() < begun + seconds:
    for stream in streams:
        try:
            stream["socket"].send(b"%06d " % stream["sent"] + b"x" * 1200)
            stream["sent"] += 1
        except OSError:
            pass
    time.sleep(every)
    receive()
time.sleep(1)
receive()
told = [{"from": each["from"], "sent": each["sent"], "received": each["received"], "seenAs": sorted(each["seenAs"])} for each in streams]
print(json.dumps({"streams": told, "calledBack": called_back}))

"""What Linux itself makes of a distance: candidates over a TUN device that brings each packet after a delay, and loses some.

unshare -rn python3 tests/experiments/15-kernel.py LOSS SEED BYTES ROUND_TRIP_MS CONGESTION_CONTROL [SLOW_START_AFTER_IDLE]

In a network namespace of its own. A packet to 10.9.D.1 comes back to this machine as if from there, after D ms. One connection sends a window of
12 blocks, one each 500 ms; prints the ms of each block until its last byte was read.
"""
import fcntl, heapq, os, random, select, socket, struct, subprocess, sys, threading, time

loss, seed, size, round_trip, control = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
idle = sys.argv[6] if len(sys.argv) > 6 else "1"
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
BLOCKS, SLOT = 12, 0.5

device = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"far0", IFF_TUN | IFF_NO_PI))
subprocess.check_call("ip link set lo up && ip addr add 10.9.0.1/16 dev far0 && ip link set far0 mtu 1500 txqueuelen 10000 up", shell=True)
with open("/proc/sys/net/ipv4/tcp_slow_start_after_idle", "w") as setting:
    setting.write(idle)


def reflect():
    """Swaps source and destination, which leaves all checksums right. Packets with data are lost, acknowledgements are not."""
    chance, due, count = random.Random(seed), [], 0
    while True:
        wait = max(0, due[0][0] - time.monotonic()) if due else 0.2
        if select.select([device], [], [], wait)[0]:
            packet, now = os.read(device, 2048), time.monotonic()
            if packet[0] >> 4 == 4 and not (len(packet) > 100 and chance.random() < loss):
                source, target = packet[12:16], packet[16:20]
                far = target if target[2] != 0 else source
                count += 1
                heapq.heappush(due, (now + far[2] / 1000, count, packet[:12] + target + source + packet[20:]))
        while due and due[0][0] <= time.monotonic():
            os.write(device, heapq.heappop(due)[2])


def read():
    connection, total = server.accept()[0], 0
    while data := connection.recv(1 << 20):
        total += len(data)
        while total >= size * (len(got) + 1):
            got.append(time.monotonic())


threading.Thread(target=reflect, daemon=True).start()
server, got, sent = socket.create_server(("10.9.0.1", 7000)), [], []
threading.Thread(target=read, daemon=True).start()
client = socket.socket()
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, control.encode())
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client.connect((f"10.9.{round_trip // 2}.1", 7000))
time.sleep(1)
begin = time.monotonic()
for i in range(BLOCKS):
    time.sleep(max(0, begin + i * SLOT - time.monotonic()))
    sent.append(time.monotonic())
    client.sendall(b"x" * size)
while len(got) < BLOCKS:
    time.sleep(0.01)
print(f"{size} B, {round_trip} ms, loss {loss}, {control}, slow start after idle {idle}:", *(round((g - s) * 1000) for g, s in zip(got, sent)))

// Runs inside a network of its own: whoever connects to an address there is passed on to a socket in the file system. `ADDRESS:PORT=SOCKET …`
import { connect, createServer } from 'node:net';

for (const door of process.argv.slice(2)) {
  const found = /^([\d.]+):(\d+)=(.+)$/.exec(door);
  if (found === null) throw new Error(`a door is ADDRESS:PORT=SOCKET, and not ${door}`);
  const [, host, port, path = ''] = found;
  createServer((outer) => {
    const inner = connect(path);
    outer.on('error', () => inner.destroy());
    inner.on('error', () => outer.destroy());
    outer.pipe(inner).pipe(outer);
  }).listen({ host, port: Number(port) });
}

// Preloaded into a deployed function: its references are public hosts, and a test leads them to a port of loopback.
import net from 'node:net';

const port = Number(process.env['TEST_REFERENCE_PORT']);
const references = ['1.1.1.1', '9.9.9.9'];

const isOptions = (value: unknown): value is { host?: unknown; port?: unknown } =>
  typeof value === 'object' && value !== null && 'host' in value;

function lead(value: unknown): void {
  if (Array.isArray(value)) lead(value[0]);
  else if (isOptions(value) && references.some((each) => each === value.host)) {
    Object.assign(value, { host: '127.0.0.1', port });
  }
}

net.Socket.prototype.connect = new Proxy(net.Socket.prototype.connect, {
  apply: (target, socket, args: unknown[]) => {
    lead(args[0]);
    return Reflect.apply(target, socket, args);
  },
});

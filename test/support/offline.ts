// Keeps every test on this machine: a TCP connection to anything but loopback fails the test that made it.
import net from 'node:net';

const loopback = /^(127\.|::1$|localhost$|::ffff:127\.)/;
const connect = net.Socket.prototype.connect;

function hostOf(args: unknown): string | undefined {
  if (Array.isArray(args)) return hostOf(args[0]);
  if (typeof args !== 'object' || args === null) return undefined;
  if ('path' in args && typeof args.path === 'string') return undefined;
  return 'host' in args && typeof args.host === 'string' ? args.host : undefined;
}

net.Socket.prototype.connect = new Proxy(connect, {
  apply: (target, socket, args: unknown[]) => {
    const host = hostOf(args[0]);
    if (host !== undefined && !loopback.test(host)) {
      throw new Error(`a test tried to reach ${host}; tests talk only to loopback`);
    }
    return Reflect.apply(target, socket, args);
  },
});

// A receiver of webhooks that takes its time over each, and counts what came and what came twice.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { serveParent } from './parent.ts';
import { portOf } from './port.ts';

const { values } = parseArgs({ options: { latency: { type: 'string', default: '50' } } });
const latencyMs = Number(values.latency);
const seen = new Map<string, number>();

const server = createServer((request, response) => {
  const key = String(request.headers['idempotency-key']);
  seen.set(key, (seen.get(key) ?? 0) + 1);
  request.resume();
  setTimeout(() => response.end('ok'), latencyMs);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
serveParent(
  { url: `http://127.0.0.1:${portOf(server)}/hook` },
  { counts: () => ({ came: seen.size, twice: [...seen.values()].filter((count) => count > 1).length }) },
);

// The same sockets without a watchdog around them: what the machine needs for the bare requests.
import { Client } from 'undici';

async function ask(url: URL): Promise<void> {
  // A connection of its own for every request, as the probes make.
  const client = new Client(url.origin, { pipelining: 0, allowH2: false });
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: url.pathname });
    await body.dump();
    if (statusCode !== 200) throw new Error(`an endpoint answered ${statusCode}`);
  } finally {
    await client.destroy();
  }
}

/** Asks all at once and waits for all; in milliseconds. */
export async function timeSockets(urls: readonly URL[]): Promise<number> {
  const begunAt = performance.now();
  await Promise.all(urls.map(ask));
  return performance.now() - begunAt;
}

// A receiver of webhooks that notes when a page comes in.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { portOf } from './process/port.ts';

const posted = z.object({ kind: z.string(), severity: z.string(), title: z.string() });
type Page = z.output<typeof posted> & {
  /** `performance.now()` when all of it was there. */
  readonly receivedAt: number;
};

export type Receiver = {
  readonly url: string;
  readonly pages: readonly Page[];
  /** The next message that comes in, or the first that nobody waited for. */
  readonly next: () => Promise<Page>;
  readonly close: () => Promise<void>;
};

const patienceMs = 60_000;

export async function startReceiver(): Promise<Receiver> {
  const pages: Page[] = [];
  let taken = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      pages.push({ ...posted.parse(JSON.parse(body)), receivedAt: performance.now() });
      response.end('ok');
      server.emit('page');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}/hook`,
    pages,
    next: async () => {
      const late = AbortSignal.timeout(patienceMs);
      // eslint-disable-next-line no-await-in-loop -- waits until there is one more
      while (pages.length <= taken) await once(server, 'page', { signal: late });
      const page = pages[taken];
      taken += 1;
      if (page === undefined) throw new Error('a page was counted that is not there');
      return page;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

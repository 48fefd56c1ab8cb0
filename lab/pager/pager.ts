// The phones of the people who are told: takes signed messages over HTTP, shows each once, and remembers what came when.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { noticeKinds } from '../../functions/domain/notice.ts';
import { severities } from '../../functions/domain/severity.ts';
import type { Clock } from '../../functions/kit/clock.ts';

const messageSchema = z.object({
  id: z.string(),
  kind: z.enum(noticeKinds),
  severity: z.enum(severities),
  site: z.string(),
  incidents: z.array(z.string()).min(1),
  thread: z.string(),
  isThreadOver: z.boolean(),
  title: z.string(),
  body: z.string(),
  links: z.object({
    acknowledge: z.string().optional(),
    status: z.string().optional(),
    runbook: z.string().optional(),
  }),
  at: z.number(),
});
export type PagerMessage = z.infer<typeof messageSchema>;

/** Who has a phone. */
export const phones = ['pager', 'neighbour'] as const;
export type Phone = (typeof phones)[number];

/** `receivedAt` is when it arrived at whose phone, by the pager's clock. */
export type Paged = { readonly receivedAt: number; readonly phone: Phone; readonly message: PagerMessage };

export type Pager = {
  readonly urls: Readonly<Record<Phone, string>>;
  /** In the order in which they came, each message once. */
  readonly messages: readonly Paged[];
  /** Messages that came again, and requests that nobody with the key has sent. */
  readonly counts: () => { readonly doubles: number; readonly forged: number };
  readonly close: () => Promise<void>;
};

export type PagerOptions = {
  readonly clock: Clock;
  /** Key of the signatures. */
  readonly key: string;
  readonly onMessage: (paged: Paged) => void;
  /** 0, the default, takes a free port. */
  readonly port?: number;
};

const maxAgeMs = 5 * 60_000;
const maxBytes = 100_000;

function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

/** Whether the body was signed with our key lately; docs/get-paged.md tells receivers to check just this. */
function isOurs(headers: IncomingHttpHeaders, body: string, needs: { key: string; now: number }): boolean {
  const timestamp = headerOf(headers, 'x-watchdog-timestamp');
  const ageMs = Math.abs(needs.now - Number(timestamp) * 1000);
  if (timestamp === '' || !(ageMs <= maxAgeMs)) return false;
  const wanted = Buffer.from(
    `v1=${createHmac('sha256', needs.key).update(`${timestamp}.${body}`).digest('hex')}`,
  );
  const given = Buffer.from(headerOf(headers, 'x-watchdog-signature'));
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function read(body: string): PagerMessage | null {
  try {
    return messageSchema.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}

export async function startPager({ clock, key, onMessage, port = 0 }: PagerOptions): Promise<Pager> {
  const messages: Paged[] = [];
  const seen = new Set<string>();
  let doubles = 0;
  let forged = 0;

  const take = (path: string, headers: IncomingHttpHeaders, body: string): number => {
    const phone = phones.find((each) => path === `/${each}`);
    if (phone === undefined) return 404;
    const receivedAt = clock.now();
    if (!isOurs(headers, body, { key, now: receivedAt })) {
      forged += 1;
      return 401;
    }
    const message = read(body);
    if (message === null) return 400;
    const id = headerOf(headers, 'idempotency-key');
    if (id !== message.id) return 400;
    if (seen.has(id)) {
      doubles += 1;
      return 200;
    }
    seen.add(id);
    const paged = { receivedAt, phone, message };
    messages.push(paged);
    onMessage(paged);
    return 202;
  };

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('error', () => undefined);
    request.on('data', (chunk: string) => {
      body += chunk;
      if (body.length > maxBytes) request.destroy();
    });
    request.on('end', () => {
      response
        .writeHead(request.method === 'POST' ? take(request.url ?? '', request.headers, body) : 405)
        .end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the pager has no port');
  return {
    urls: {
      pager: `http://127.0.0.1:${address.port}/pager`,
      neighbour: `http://127.0.0.1:${address.port}/neighbour`,
    },
    messages,
    counts: () => ({ doubles, forged }),
    close: async () => {
      const closed = once(server, 'close');
      server.closeAllConnections();
      server.close();
      await closed;
    },
  };
}

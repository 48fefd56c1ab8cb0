// NOT REAL: stands before a Lodestar 1.5.1, the newest that can be had, and puts right three routes of the beacon API that it lacks or has wrong.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'undici';
import { z } from 'zod';

export type Adapter = { readonly url: string; readonly close: () => Promise<void> };

const committees = z.object({
  data: z.array(z.object({ index: z.string(), slot: z.string(), validators: z.array(z.string()) })),
});
const oldLiveness = z.object({ data: z.array(z.object({ index: z.number(), is_live: z.boolean() })) });

type Answer = { readonly status: number; readonly body: string };

async function pass(base: string, method: string, path: string, body: string): Promise<Answer> {
  const answer = await request(`${base}${path}`, {
    method: method === 'POST' ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json' },
    body: method === 'POST' ? body : null,
  });
  return { status: answer.statusCode, body: await answer.body.text() };
}

/** It writes the place of the slot in its epoch as the index, and the index as the slot; and so its filter by slot finds nothing. */
async function rightCommittees(base: string, url: URL, slotsPerEpoch: number): Promise<Answer> {
  const epoch = Number(url.searchParams.get('epoch'));
  const wanted = url.searchParams.get('slot');
  const answer = await pass(base, 'GET', `${url.pathname}?epoch=${epoch}`, '');
  if (answer.status !== 200) return answer;
  const data = committees
    .parse(JSON.parse(answer.body))
    .data.map(({ index, slot, validators }) => ({
      index: slot,
      slot: String(epoch * slotsPerEpoch + Number(index)),
      validators,
    }))
    .filter(({ slot }) => wanted === null || slot === wanted);
  return { status: 200, body: JSON.stringify({ execution_optimistic: false, finalized: false, data }) };
}

/** It serves liveness as a GET of an older draft, with numbers. */
async function rightLiveness(base: string, epoch: string, body: string): Promise<Answer> {
  const indices = z.array(z.string()).parse(JSON.parse(body));
  const query = indices.map((index) => `indices=${index}`).join('&');
  const answer = await pass(base, 'GET', `/eth/v1/validator/liveness?epoch=${epoch}&${query}`, '');
  if (answer.status !== 200) return answer;
  const data = oldLiveness
    .parse(JSON.parse(answer.body))
    .data.map(({ index, is_live: isLive }) => ({ index: String(index), is_live: isLive }));
  return { status: 200, body: JSON.stringify({ data }) };
}

async function answerTo(base: string, slotsPerEpoch: number, asked: IncomingMessage): Promise<Answer> {
  const url = new URL(asked.url ?? '/', 'http://127.0.0.1');
  let body = '';
  for await (const chunk of asked) body += String(chunk);
  const liveness = /^\/eth\/v1\/validator\/liveness\/(\d+)$/.exec(url.pathname)?.[1];
  if (asked.method === 'POST' && liveness !== undefined) return rightLiveness(base, liveness, body);
  if (url.pathname.endsWith('/committees')) return rightCommittees(base, url, slotsPerEpoch);
  return pass(base, asked.method ?? 'GET', `${url.pathname}${url.search}`, body);
}

export async function startAdapter(base: string, slotsPerEpoch: number): Promise<Adapter> {
  const server = createServer((asked: IncomingMessage, response: ServerResponse) => {
    answerTo(base, slotsPerEpoch, asked).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      // The node is down or frozen: so is this.
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

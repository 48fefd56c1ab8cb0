// Serves what a real client answered once, so that fast tests judge real bytes. `test/live/record.ts` makes the recordings.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { listen } from './server.ts';

const exchange = z.strictObject({
  method: z.string(),
  /** With its query. */
  path: z.string(),
  requestBody: z.string().optional(),
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

const recording = z.strictObject({
  /** When it was recorded, in epoch milliseconds. */
  at: z.int(),
  /** Name and version of the client, e.g. `lodestar 1.5.1`. */
  client: z.string(),
  exchanges: z.array(exchange),
});

export type Exchange = z.infer<typeof exchange>;
export type Recording = z.infer<typeof recording>;

/** `scene` as in `ethereum/healthy`, `node` as in `beacon-1`. */
export function readRecording(scene: string, node: string): Recording {
  const file = new URL(`../fixtures/recorded/${scene}/${node}.json`, import.meta.url);
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return recording.parse(content);
}

export type Recorded = {
  readonly url: string;
  /** Method and path of every request so far. */
  readonly asked: () => readonly string[];
  readonly close: () => Promise<void>;
};

/** What this client is to answer instead; the same exchange where it may keep its word. */
export type Lie = (answer: Exchange) => Exchange;

const same = (one: string | undefined, other: string): boolean => {
  if (one === undefined || other === '') return (one ?? '') === other;
  try {
    // The id of a call, the order of its fields and the spaces in it are the caller's own.
    return isDeepStrictEqual(meaning(one), meaning(other));
  } catch {
    return one === other;
  }
};

function meaning(body: string): unknown {
  const value: unknown = JSON.parse(body);
  if (typeof value !== 'object' || value === null || !('jsonrpc' in value)) return value;
  return { ...value, id: 0 };
}

/** A client gives back the id of the call; all else of its answer stays as it was. */
function withIdOf(call: string, body: string): string {
  const member = /"id":\s*(-?\d+|"[^"]*")/;
  const id = member.exec(call)?.[1];
  return id === undefined ? body : body.replace(member, () => `"id":${id}`);
}

/** A server on a free port that answers as the client did; 599 with the path for what it was never asked. */
export async function serveRecording(
  { exchanges }: Pick<Recording, 'exchanges'>,
  lie: Lie = (answer) => answer,
): Promise<Recorded> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request;
    asked.push(`${method} ${url}`);
    text(request)
      .then((body) => {
        const found = exchanges.find(
          (each) => each.method === method && each.path === url && same(each.requestBody, body),
        );
        if (found === undefined) {
          response.writeHead(599).end(`not recorded: ${method} ${url} ${body}`);
          return;
        }
        const { status, headers, body: answer } = lie({ ...found, body: withIdOf(body, found.body) });
        response.writeHead(status, headers).end(answer);
      })
      .catch(() => {
        response.destroy();
      });
  });
  const { address, close } = await listen(server);
  return { url: `http://${address}`, asked: () => asked, close };
}

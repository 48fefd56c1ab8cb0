// Stands where the watchdog would be, with a certificate of its own, and keeps what a house sends.
import { createServer } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { authority } from '../support/certificates.ts';
import { listen } from '../support/server.ts';

export type Heard = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type WatchdogServer = {
  readonly port: number;
  /** The authority's certificate, which whoever sends must trust. */
  readonly authorityFile: string;
  readonly heard: readonly Heard[];
  /** How the next ones are answered, the last for ever; null is never. */
  readonly answer: (...statuses: readonly (number | null)[]) => void;
  readonly close: () => Promise<void>;
};

/** The name has no address anywhere: whoever reaches the server by it has kept one, or asks a resolver of the test. */
export const watchdogHost = 'ups.watchdog.invalid';

export async function watchdogServer(folder: string): Promise<WatchdogServer> {
  const own = authority();
  const { cert, key } = own.issue({ name: watchdogHost });
  const authorityFile = join(folder, 'authority.pem');
  writeFileSync(authorityFile, own.cert);
  const heard: Heard[] = [];
  let answers: (number | null)[] = [200];
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      heard.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
      const [status = 200, ...later] = answers;
      if (later.length > 0) answers = later;
      if (status !== null) response.writeHead(status).end(`{"said":${status}}\n`);
    });
  });
  const { port, close } = await listen(server);
  return {
    port,
    authorityFile,
    heard,
    answer: (...statuses) => {
      answers = [...statuses];
    },
    close,
  };
}

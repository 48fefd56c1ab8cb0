// Stands where the node would be, a beacon node and CometBFT's RPC at once, and where reports go.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from '../../support/server.ts';

export type PretendNode = {
  readonly url: string;
  /** What it says from now on. Null peers: it does not say. */
  readonly says: (what: { readonly peers?: number | null; readonly headAgeMs?: number }) => void;
  readonly close: () => Promise<void>;
};

const slotMs = 12_000;
const genesisMs = 1_600_000_000_000;

export async function pretendNode(): Promise<PretendNode> {
  let now: { readonly peers: number | null; readonly headAgeMs: number } = { peers: 30, headAgeMs: 0 };
  const answers: Readonly<Record<string, () => unknown>> = {
    '/eth/v1/beacon/genesis': () => ({ data: { genesis_time: String(genesisMs / 1000) } }),
    '/eth/v1/config/spec': () => ({
      data: { SECONDS_PER_SLOT: '12', SLOTS_PER_EPOCH: '32', BLOB_SCHEDULE: [{ EPOCH: '1' }] },
    }),
    '/eth/v1/beacon/headers/head': () => {
      const slot = String(Math.floor((Date.now() - now.headAgeMs - genesisMs) / slotMs));
      return { data: { root: '0x', header: { message: { slot } } } };
    },
    '/eth/v1/node/peer_count': () =>
      now.peers === null ? null : { data: { connected: String(now.peers), disconnected: '3' } },
    '/status': () => ({
      result: { sync_info: { latest_block_time: new Date(Date.now() - now.headAgeMs).toISOString() } },
    }),
    '/net_info': () => (now.peers === null ? null : { result: { n_peers: String(now.peers) } }),
  };
  const server = createServer((request, response) => {
    const said = answers[request.url ?? '']?.() ?? null;
    response.writeHead(said === null ? 404 : 200).end(JSON.stringify(said));
  });
  const { address, close } = await listen(server);
  return {
    url: `http://${address}`,
    says: (what) => {
      now = { ...now, ...what };
    },
    close,
  };
}

export type Told = { readonly headers: IncomingHttpHeaders; readonly body: unknown };

/** Takes reports, with the status that it is given. */
export async function pretendHeartbeat(): Promise<{
  readonly url: string;
  readonly told: readonly Told[];
  readonly answer: (status: number | 'never') => void;
  readonly close: () => Promise<void>;
}> {
  const told: Told[] = [];
  let status: number | 'never' = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      told.push({ headers: request.headers, body });
      if (status !== 'never') response.writeHead(status).end('{}');
    });
  });
  const { address, close } = await listen(server);
  return {
    url: `http://${address}/home/fence/report`,
    told,
    answer: (next) => {
      status = next;
    },
    close,
  };
}

// What an operator does before anything is deployed: writes down nodes and signers, and looks at them with `watchdog probe`.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { folder, watchdog } from '../cli/command.ts';
import { listen } from '../support/server.ts';
import { until } from './nets/wait.ts';

/** A target as it is written, with where its node really listens. */
export type WatchedNode = { readonly id: string; readonly url: string } & Readonly<Record<string, unknown>>;

export type WatchedSigner = {
  readonly id: string;
  readonly chain: string;
  readonly keys: readonly (string | number)[];
};

export type House = {
  /** In the order of the configuration. */
  readonly nodes: readonly WatchedNode[];
  readonly signers: readonly WatchedSigner[];
  /** Of the policy. */
  readonly signing: Readonly<Record<string, unknown>>;
};

/** What the command said. */
export type Look = {
  readonly code: number | null;
  /** `good`, or the reason. */
  readonly targets: Readonly<Record<string, string>>;
  readonly signers: Readonly<Record<string, string>>;
  readonly chains: Readonly<Record<string, string>>;
  /** As it was printed, for the message of a test that fails. */
  readonly text: string;
};

const quietPrinted = z.object({
  verdict: z.string(),
  because: z.string(),
  operators: z.array(z.string()),
  known: z.object({ from: z.int(), until: z.int() }).nullable(),
  keys: z.array(z.object({ key: z.string(), standing: z.string().nullable() })),
  duties: z.array(z.object({ kind: z.string(), key: z.string(), from: z.int(), until: z.int() })),
});

/** Why it may say what it says of a signer of a CometBFT chain that does well; nodes can be some heights apart. */
export const quietReasons = ['no-duty', 'proposal', 'lookahead-too-short'];

/** What `watchdog quiet` said. */
export type QuietLook = z.output<typeof quietPrinted> & { readonly code: number | null };

/** Everything answers as it should, and everybody was seen signing. */
export const isWell = ({ code, signers }: Look): boolean =>
  code === 0 && Object.values(signers).every((each) => each === 'signing');

export type WatchedHouse = {
  /** With `only`, just at this target: faster, and without signers and chains. */
  readonly look: (only?: string) => Promise<Look>;
  /** Looks again until it is seen. */
  readonly untilSeen: (what: string, isIt: (look: Look) => boolean, limitMs?: number) => Promise<Look>;
  /** Whether a signer may be away for that long, e.g. `4s`. */
  readonly quiet: (signer: string, length: string) => Promise<QuietLook>;
  readonly close: () => Promise<void>;
};

const state = z.object({ id: z.string(), state: z.string() });
const printed = z.object({
  sites: z.tuple([
    z.object({
      targets: z.array(z.object({ id: z.string(), quality: z.string(), reason: z.string().nullable() })),
      signers: z.array(state),
      chains: z.array(state),
      failures: z.array(z.string()).length(0),
    }),
  ]),
});

const stateById = (states: readonly z.output<typeof state>[]): Record<string, string> =>
  Object.fromEntries(states.map((each) => [each.id, each.state]));

function lookOf(code: number | null, out: string): Look {
  const content: unknown = JSON.parse(out);
  const [site] = printed.parse(content).sites;
  return {
    code,
    targets: Object.fromEntries(site.targets.map(({ id, quality, reason }) => [id, reason ?? quality])),
    signers: stateById(site.signers),
    chains: stateById(site.chains),
    text: out,
  };
}

/** One host counts as one source, so every node gets a name of its own, which the command is told where to find. */
export function namedUrl({ id, url }: { readonly id: string; readonly url: string }): string {
  const named = new URL(url);
  named.hostname = `${id}.example`;
  return named.href;
}

const hostAndPort = (url: string): string => {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port}`;
};

/** Writes the configuration. Two references and a port of the house are there and always answer. */
export async function watchHouse({ nodes, signers, signing }: House): Promise<WatchedHouse> {
  const { path, remove } = folder();
  const file = join(path, 'watchdog.yaml');
  const port = await listen(createServer());
  const targets = nodes.map((node) => ({ ...node, url: namedUrl(node) }));
  const tcp = ['ref-a', 'ref-b', 'p2p'].map((id) => ({
    id,
    probe: 'tcp',
    address: `${id}.example:${port.port}`,
  }));
  writeFileSync(
    file,
    // YAML reads JSON.
    JSON.stringify({
      references: tcp.slice(0, 2),
      channels: [{ id: 'here', channel: 'console' }],
      policies: { default: { signing } },
      sites: [{ id: 'home', targets: [...tcp.slice(2), ...targets], signers }],
    }),
  );
  const network = [
    '--allow',
    '127.0.0.0/8',
    ...tcp.flatMap(({ address }) => ['--resolve', `${address}:127.0.0.1:${port.port}`]),
    ...nodes.flatMap((node) => ['--resolve', `${hostAndPort(namedUrl(node))}:${hostAndPort(node.url)}`]),
  ];
  const args = ['probe', file, '--json', ...network];
  const look = async (only?: string): Promise<Look> => {
    const { code, out, err } = await watchdog([...args, ...(only === undefined ? [] : ['--target', only])]);
    if (out === '') throw new Error(`watchdog probe ended with ${code}: ${err}`);
    return lookOf(code, out);
  };
  return {
    look,
    quiet: async (signer, length) => {
      const { code, out, err } = await watchdog([
        'quiet',
        signer,
        file,
        '--json',
        '--for',
        length,
        ...network,
      ]);
      if (out === '') throw new Error(`watchdog quiet ended with ${code}: ${err}`);
      const content: unknown = JSON.parse(out);
      return { ...quietPrinted.parse(content), code };
    },
    untilSeen: async (what, isIt, limitMs = 180_000) => {
      let last = '';
      try {
        return await until(
          what,
          async () => {
            const seen = await look();
            last = seen.text;
            return isIt(seen) ? seen : null;
          },
          { limitMs },
        );
      } catch (error) {
        throw new Error(`never seen: ${what}; the last look was ${last}`, { cause: error });
      }
    },
    close: async () => {
      await port.close();
      remove();
    },
  };
}

// The fence of the house's validator client, pretended: it asks the real gate as the real one does, and holds the client back by its answer.
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { request } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../functions/kit/clock.ts';

/** What the fence is told at its start, as an operator tells the real one. */
export type FenceSettings = {
  readonly signer: string;
  /** The id of the machine that it is on. */
  readonly instance: string;
  readonly url: string;
  readonly token: string;
  /** Of the gate: 32 bytes in base64. */
  readonly publicKey: string;
};

export type FenceWorld = {
  readonly clock: Clock;
  /** The machine is on, and somebody has started the fence on it. */
  readonly isOn: () => boolean;
  /** It reaches the world outside. */
  readonly isConnected: () => boolean;
  readonly isRunning: () => boolean;
  /** Starts or stops the client. */
  readonly run: (isRunning: boolean) => Promise<void>;
  readonly report: (report: FenceReport) => Promise<void>;
};

/** As the function `heartbeat` takes it. */
export type FenceReport = {
  readonly signer: string;
  readonly instance: string;
  readonly generation: number;
  readonly running: boolean;
};

export type Fence = { readonly stop: () => Promise<void> };

const pollMs = 15_000;
const reportMs = 60_000;
/** An isolated validator earns nothing. */
const isolationMs = 10 * 60_000;

const signed = z.object({ answer: z.string(), signatures: z.array(z.string()) });
const answer = z.object({
  nonce: z.string(),
  signer: z.string(),
  instance: z.string(),
  verdict: z.enum(['allow', 'deny']),
  generation: z.int(),
});
type Answer = z.infer<typeof answer>;

function isGenuine(text: string, signatures: readonly string[], publicKey: string): boolean {
  const x = Buffer.from(publicKey, 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const bytes = Buffer.from(`basement-watchdog gate 1\n${text}`);
  return signatures.some((each) => verify(null, bytes, key, Buffer.from(each, 'base64')));
}

/** Null for everything that is neither allow nor deny. */
async function ask({ url, signer, instance, token, publicKey }: FenceSettings): Promise<Answer | null> {
  const nonce = randomBytes(16).toString('hex');
  try {
    const { statusCode, body } = await request(`${url}/${signer}?instance=${instance}&nonce=${nonce}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const said: unknown = await body.json();
    if (statusCode !== 200) return null;
    const { answer: text, signatures } = signed.parse(said);
    if (!isGenuine(text, signatures, publicKey)) return null;
    const read: unknown = JSON.parse(text);
    const given = answer.parse(read);
    return given.nonce === nonce && given.signer === signer && given.instance === instance ? given : null;
  } catch {
    return null;
  }
}

/** Asks every 15 seconds of the lab's time until it is stopped. What it has kept survives the machine, as on its disk. */
export function startFence(settings: FenceSettings, world: FenceWorld): Fence {
  const { clock } = world;
  const stopping = new AbortController();
  let generation = 0;
  let denied = -1;
  let isolatedSince: number | null = null;
  let told: { readonly isRunning: boolean; readonly at: number } | null = null;

  const look = async (): Promise<boolean> => {
    const given = world.isConnected() ? await ask(settings) : null;
    const isRunning = world.isRunning();
    if (given === null) {
      if (!world.isConnected()) isolatedSince ??= clock.now();
      const isTooLong = isolatedSince !== null && clock.now() - isolatedSince >= isolationMs;
      return isRunning && !isTooLong;
    }
    isolatedSince = null;
    if (given.verdict === 'deny') denied = Math.max(denied, given.generation);
    const isNew = given.generation >= generation && given.generation > denied;
    generation = Math.max(generation, given.generation);
    return given.verdict === 'allow' && (isNew || (isRunning && given.generation === generation));
  };
  const once = async (): Promise<void> => {
    if (!world.isOn()) {
      told = null;
      isolatedSince = null;
      return;
    }
    const may = await look();
    if (!world.isOn()) return;
    if (may !== world.isRunning()) await world.run(may);
    if (told === null || told.isRunning !== may || clock.now() - told.at >= reportMs) {
      told = { isRunning: may, at: clock.now() };
      const { signer, instance } = settings;
      await world.report({ signer, instance, generation, running: may });
    }
  };
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one question after the other
        await once();
        // oxlint-disable-next-line no-await-in-loop -- as above
        await clock.sleep(pollMs, stopping.signal);
      } catch {
        // What goes wrong once is tried again; a sleep that is ended ends the loop.
      }
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

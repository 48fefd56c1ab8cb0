// One real tick on this machine: the flow of `watch` on a local Firestore, then the flow of `deliver` until nothing is due.
import { randomUUID } from 'node:crypto';
import { sendVia } from '../functions/channels/send.ts';
import { createChains } from '../functions/chains/run.ts';
import type { Config } from '../functions/config/config.ts';
import type { Memory } from '../functions/domain/memory.ts';
import { wholeFleet } from '../functions/domain/shard.ts';
import { bindLinks } from '../functions/entry/links.ts';
import { bindSites } from '../functions/entry/sites.ts';
import { deliver, type DeliverSummary } from '../functions/flows/deliver.ts';
import { watch, type TickSummary } from '../functions/flows/watch.ts';
import type { Environment } from '../functions/kit/environment.ts';
import { codeOf, WatchdogError } from '../functions/kit/error.ts';
import { secretReader } from '../functions/kit/secret.ts';
import { bindProbes } from '../functions/probes/run.ts';
import { openKeysReader } from '../functions/stores/keys.ts';
import { openStore } from '../functions/stores/open.ts';
import { indexes } from '../functions/stores/indexes.ts';
import { startFirestore, type FirestoreEmulator } from '../local/firestore/server.ts';
import type { Context } from './context.ts';

export type OneTick = {
  readonly tick: TickSummary;
  readonly delivery: DeliverSummary;
  /** What is remembered afterwards, by site. */
  readonly memories: ReadonlyMap<string, Memory>;
};

export type OneTickOptions = {
  readonly network: Environment['network'];
  /** Where state is kept; forgotten at the end when absent. */
  readonly dataDir?: string;
  /** Where the channel `console` prints. */
  readonly print: (text: string) => void;
};

const deadlineMs = 25_000;
const deliveryMs = 50_000;

async function openFirestore({ clock }: Context, dataDir: string | undefined): Promise<FirestoreEmulator> {
  if (dataDir === undefined) return startFirestore({ clock, indexes });
  try {
    return await startFirestore({ clock, dataDir, indexes });
  } catch (error) {
    const howTo = 'name a folder that you may write to and that no other watchdog is using';
    const message = `the folder given by --data cannot be used (${codeOf(error) || 'unknown'}); ${howTo}`;
    throw new WatchdogError('ERR_CONFIG', message, { cause: error });
  }
}

/** Rejects with ERR_CONFIG when the folder cannot be used; everything else that goes wrong is in the summaries. */
export async function oneTick(config: Config, options: OneTickOptions, context: Context): Promise<OneTick> {
  const { clock, variables } = context;
  const firestore = await openFirestore(context, options.dataDir);
  try {
    const local = { FIRESTORE_EMULATOR_HOST: firestore.host, GOOGLE_CLOUD_PROJECT: 'local' };
    const store = openStore(local);
    const binding = { secret: secretReader(variables), network: options.network };
    const signal = new AbortController().signal;
    const world = {
      sites: bindSites(config.sites, { ...binding, chains: createChains() }),
      references: bindProbes(config.references, { ...binding, allow: [] }),
      store,
      keys: openKeysReader(local),
      clock,
      pokeDeliver: null,
      pokeProvision: null,
      ping: null,
      instances: new Map(),
      witness: null,
      concurrency: 1000,
      deadlineMs,
    };
    // Its own stamp to the millisecond: two runs within a minute are two ticks, not a replay.
    const stamp = new Date(clock.now()).toISOString();
    const tick = await watch(world, { stamp, shard: wholeFleet, signal });
    const channels = new Map(config.channels.map((channel) => [channel.id, sendVia(channel)]));
    const delivery = await deliver(
      {
        store,
        clock,
        channels,
        secret: binding.secret,
        linksOf: bindLinks(config, binding.secret),
        print: options.print,
        newLease: () => randomUUID(),
      },
      { signal, budgetMs: deliveryMs },
    );
    const memories = await store.readSites(config.sites.map(({ rules }) => rules.id));
    return { tick, delivery, memories };
  } finally {
    await firestore.close();
  }
}

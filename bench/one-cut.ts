// One real cut, seen by the real functions over real sockets: how long from the call of the tick to the page at its receiver.
import { z } from 'zod';
import { hear, wellAt } from '../functions/domain/hear.ts';
import { systemClock } from '../functions/kit/clock.ts';
import { openStore } from '../functions/stores/open.ts';
import { startChild } from './child.ts';
import { referencesAt, writeConfiguration } from './configuration.ts';
import { swallow } from './cut.ts';
import { deployedHeap, oneProcessor } from './deployed-size.ts';
import { startReceiver } from './receiver.ts';
import { watchCaller } from './watch-call.ts';

export type CutTimes = {
  /** Until `watch` has answered. */
  readonly tickMs: number;
  /** Until the page is at its receiver. */
  readonly pageMs: number;
  /** Of a tick while all is well. */
  readonly calmTickMs: number;
  readonly peakRssMb: number;
};

type World = {
  readonly firestore: string;
  readonly addresses: readonly string[];
  readonly isConstrained: boolean;
};

const quietTicks = 3;

/** The process of the functions is a fresh one, warmed by some quiet ticks; `number` tells its project from others. */
export async function measureCut(number: number, world: World): Promise<CutTimes> {
  const house = await startChild({ file: 'house.ts', schema: z.object({ ports: z.array(z.number()) }) });
  const receiver = await startReceiver();
  const [, , exit] = world.addresses;
  const configuration = await writeConfiguration({
    references: referencesAt(world.addresses),
    channels: [{ id: 'pager', channel: 'webhook', url: { env: 'PAGER_URL' } }],
    sites: [
      {
        id: 'home',
        allowAddresses: ['127.0.0.0/8'],
        heartbeats: [{ source: 'cluster', token: { env: 'HEARTBEAT_TOKEN' } }],
        targets: [
          { id: 'exit', role: 'exit', probe: 'tcp', address: exit },
          ...house.ready.ports.map((port, index) => ({
            id: `inbound-${index}`,
            probe: 'tcp',
            address: `127.0.0.1:${port}`,
          })),
        ],
      },
    ],
  });
  const variables = {
    WATCHDOG_CONFIG: configuration.path,
    FIRESTORE_EMULATOR_HOST: world.firestore,
    GOOGLE_CLOUD_PROJECT: `cut-${number}`,
    PAGER_URL: receiver.url,
  };
  const functions = await startChild({
    file: 'functions.ts',
    variables,
    nodeOptions: world.isConstrained ? [deployedHeap] : [],
    under: world.isConstrained ? oneProcessor : [],
    schema: z.object({ watch: z.string() }),
  });
  try {
    const store = openStore(variables);
    const call = watchCaller(functions.ready.watch, systemClock.now());
    let calmTickMs = 0;
    for (let tick = 0; tick < quietTicks; tick += 1) {
      /* eslint-disable no-await-in-loop -- a tick follows on the one before */
      await store.changePulse('home', (pulse) => hear(pulse, wellAt('cluster', systemClock.now())));
      calmTickMs = (await call()).tookMs;
      /* eslint-enable no-await-in-loop */
    }
    if (receiver.pages.length > 0) throw new Error('somebody was paged before anything was cut');
    await store.changePulse('home', (pulse) => hear(pulse, wellAt('cluster', systemClock.now())));
    const cut = await swallow(house.pid, house.ready.ports);
    const begunAt = performance.now();
    const [tick, page] = await Promise.all([call(), receiver.next()]);
    cut.release();
    if (page.kind !== 'opened' || page.severity !== 'critical') {
      throw new Error(`the first message was ${page.kind} and ${page.severity}: ${page.title}`);
    }
    const { peakRssMb } = await functions.ask('peak', z.object({ peakRssMb: z.number() }));
    return { tickMs: tick.tookMs, pageMs: page.receivedAt - begunAt, calmTickMs, peakRssMb };
  } finally {
    await Promise.all([functions.stop(), house.stop(), receiver.close(), configuration.remove()]);
  }
}

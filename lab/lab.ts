// The lab: the pretend world, a pager and the real watchdog in one process on one clock.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Memory } from '../functions/domain/memory.ts';
import { fasterClock, type Clock } from '../functions/kit/clock.ts';
import { openSignature } from '../functions/kit/signature.ts';
import { openStore } from '../functions/stores/open.ts';
import type { Standbys } from '../functions/stores/store.ts';
import { freePort } from '../local/functions/serve.ts';
import type { Scheduler } from '../local/scheduler/scheduler.ts';
import { startWatchdog, watchEveryMs } from '../local/watchdog.ts';
import { startBasement, type Basement } from './basement/basement.ts';
import { labConfig, labVariables } from './basement/config.ts';
import { labInstance, labSigners, labSite } from './basement/names.ts';
import { startCloud, type Cloud } from './compute/cloud.ts';
import { readLook, type Look } from './look.ts';
import { openNews, type News } from './news.ts';
import { type Person, startPerson } from './handover/person.ts';
import { startPager, type Paged, type Pager } from './pager/pager.ts';
import { linkToView } from './view.ts';

export const statusToken = 'lab';
export const ackToken = 'lab';

/** Called as things happen; after each, `news` is told. */
type LabEvents = {
  readonly onLook: (look: Look) => void;
  readonly onPage: (paged: Paged) => void;
  readonly onTrouble: (text: string) => void;
};

export type Lab = {
  readonly clock: Clock;
  readonly startedAt: number;
  /** How many times as fast as the system's clock. */
  readonly speed: number;
  readonly basement: Basement;
  readonly pager: Pager;
  readonly news: News;
  readonly statusUrl: string;
  /** A new link that opens the view. */
  readonly viewLink: () => Promise<string>;
  /** Where people acknowledge. */
  readonly ackUrl: string;
  /** All ticks so far, and the times at which heartbeats were sent that arrived. */
  readonly looks: readonly Look[];
  readonly beats: readonly number[];
  /** What the watchdog remembers of the house; null before its first tick. */
  readonly memory: () => Promise<Memory | null>;
  /** The pretend cloud in which nodes are made. */
  readonly cloud: Cloud;
  readonly standbys: () => Promise<Standbys>;
  /** Somebody at the command line, with the right to write who may sign. */
  readonly person: Person;
  /** Nobody calls the watchdog any more, until it is resumed. */
  readonly scheduler: Pick<Scheduler, 'pause' | 'resume'>;
  /** Resolves when no tick is under way and the next is not near, so that what is done now is seen by one whole tick. */
  readonly betweenLooks: (signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type LabOptions = {
  /** How many times as fast as the system's clock. */
  readonly speed: number;
  readonly events: LabEvents;
  readonly statusPort?: number;
};

/** The flags as somebody has set them up long before: the house holds the keys of both signers. */
async function seedKeys(person: Person): Promise<void> {
  for (const signer of labSigners) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { code, lines } = await person.run({ name: 'init', signer, why: 'set up' });
    if (code !== 0) throw new Error(`the lab could not write who holds the keys: ${lines.join(' ')}`);
  }
}

/** A night in December, 03:00 in Berlin: when it always happens. */
export const startAt = Date.UTC(2026, 11, 1, 2);
const nearMs = 15_000;

export async function startLab({ speed, events, statusPort: wantedPort = 0 }: LabOptions): Promise<Lab> {
  const clock = fasterClock(speed, startAt);
  const news = openNews();
  const looks: Look[] = [];
  const beats: number[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-lab-'));
  const configPath = join(folder, 'lab.yaml');
  const key = randomBytes(32).toString('hex');
  const heartbeatToken = randomBytes(32).toString('hex');
  const fenceToken = randomBytes(32).toString('hex');
  const gateKey = generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  const { publicKey } = openSignature(gateKey, 'the key of the lab');
  const statusPort = wantedPort === 0 ? await freePort() : wantedPort;
  const given = { ackPort: await freePort(), statusPort, gateKey: publicKey };
  writeFileSync(configPath, labConfig(startAt, given));
  const basement = await startBasement(clock, startAt);
  const cloud = await startCloud(clock);
  const pager = await startPager({
    clock,
    key,
    onMessage: (paged) => {
      events.onPage(paged);
      news.tell();
    },
  });
  const trouble = (_fields: object, message: string): void => events.onTrouble(message);
  const watchdog = await startWatchdog({
    configPath,
    clock,
    network: { allow: [], hosts: basement.hosts.watchdog },
    computeEndpoint: cloud.endpoint,
    witness: {
      network: { allow: [], hosts: basement.hosts.witness },
      around: (witness) => async (request, response) => {
        if (basement.state().hasWitness) await witness(request, response);
        else request.socket.destroy();
      },
    },
    variables: {
      [labVariables.pager]: pager.urls.pager,
      [labVariables.neighbour]: pager.urls.neighbour,
      [labVariables.secret]: key,
      [labVariables.token]: statusToken,
      [labVariables.view]: randomBytes(32).toString('hex'),
      // A minute of the lab is a second.
      STATUS_REFRESH_SECONDS: '2',
      [labVariables.ackKey]: randomBytes(32).toString('hex'),
      [labVariables.ackToken]: ackToken,
      [labVariables.heartbeat]: heartbeatToken,
      [labVariables.fence]: fenceToken,
      [labVariables.gate]: gateKey,
      HEARTBEAT_CALLS_PER_MINUTE: '1000',
      // Work is not sped up: a lease and a budget last as long as they would by a real clock.
      DELIVER_LEASE_MS: String(60_000 * speed),
      DELIVER_BUDGET_MS: String(50_000 * speed),
      PROVISION_BUDGET_MS: String(50_000 * speed),
      PROVISION_LEASE_MS: String(70_000 * speed),
    },
    log: () => ({ info: () => {}, warn: trouble, error: trouble }),
    print: () => {},
    onTick: (run) => {
      const look = readLook(run);
      if ('failure' in look) events.onTrouble(look.failure);
      else {
        looks.push(look);
        events.onLook(look);
      }
      news.tell();
    },
    statusPort,
  });
  const store = openStore({
    FIRESTORE_EMULATOR_HOST: watchdog.firestore.host,
    GOOGLE_CLOUD_PROJECT: 'local',
  });
  basement.connect({
    url: watchdog.urls.heartbeat,
    site: labSite,
    token: heartbeatToken,
    onBeat: (sentAt) => {
      beats.push(sentAt);
      news.tell();
    },
  });

  const person = await startPerson({
    clock,
    configPath,
    firestore: watchdog.firestore.host,
    basement,
    computeEndpoint: cloud.endpoint,
    variables: { WATCHDOG_ACK_URL: watchdog.urls.ack ?? '', WATCHDOG_ACK_TOKEN: ackToken },
    name: 'Maria',
  });
  await seedKeys(person);
  basement.fence({
    signer: labSigners[0],
    instance: labInstance,
    url: watchdog.urls.gate ?? '',
    token: fenceToken,
    publicKey,
  });

  const isBetween = (): boolean => {
    const last = looks.at(-1);
    if (last === undefined) return false;
    return clock.now() < last.scheduledAt + watchEveryMs - nearMs;
  };
  return {
    clock,
    startedAt: startAt,
    speed,
    basement,
    pager,
    news,
    statusUrl: watchdog.urls.status,
    viewLink: () => linkToView(watchdog.urls.status, statusToken),
    ackUrl: watchdog.urls.ack ?? '',
    looks,
    beats,
    scheduler: watchdog.scheduler,
    memory: async () => (await store.readSites([labSite])).get(labSite) ?? null,
    cloud,
    standbys: () => store.readStandbys(),
    person,
    betweenLooks: async (signal) => {
      const before = looks.length;
      if (!isBetween()) await news.until(() => looks.length > before && isBetween(), signal);
    },
    close: async () => {
      await person.close();
      await basement.close();
      await watchdog.close();
      await pager.close();
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

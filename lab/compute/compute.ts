// The pretend Compute Engine on loopback: a part of Google's API with its real ways to say no, on the lab's clock.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../functions/kit/clock.ts';
import { answerTo } from './answer.ts';
import { preemptInstance, takeAway } from './course.ts';
import { type Faults, faultsOn } from './faults.ts';
import { type Metadata, metadataFor } from './metadata.ts';
import type { Disk, Instance, Operation, Snapshot } from './resource.ts';
import { putTemplate, type TemplateSeed } from './template.ts';
import { makeWorld, type Timing, type World } from './world.ts';

export type ComputeRequest = {
  readonly at: number;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** As JSON reads it; null when there was none. */
  readonly body: unknown;
  /** What was answered; null when the answer was lost. */
  readonly status: number | null;
};

export type PretendCompute = {
  /** For `openCompute`: `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly project: string;
  readonly faults: Faults;
  /** What is there now, whoever made it and whether lists show it or not. Look, and do not touch. */
  readonly instances: () => readonly Instance[];
  readonly disks: () => readonly Disk[];
  readonly snapshots: () => readonly Snapshot[];
  readonly operations: () => readonly Operation[];
  /** The last 50,000 things that were asked, in that order. */
  readonly requests: () => readonly ComputeRequest[];
  readonly addTemplate: (seed: TemplateSeed) => void;
  /** By its name; throws when there is none. Compute takes a preemptible machine's capacity away. */
  readonly preempt: (name: string) => void;
  /** Somebody deletes it past everything, at once. */
  readonly vanish: (name: string) => void;
  /** Somebody puts labels on it, takes protection off, and the like: whatever the console can do. */
  readonly alter: (name: string, change: (instance: Instance) => void) => void;
  /** The metadata server of a machine, as its agent sees it. */
  readonly metadata: (name: string) => Promise<Metadata>;
  readonly world: World;
  readonly close: () => Promise<void>;
};

export type PretendOptions = {
  readonly clock: Clock;
  readonly project: string;
  readonly zones?: Readonly<Record<string, readonly string[]>>;
  readonly templates?: readonly TemplateSeed[];
  readonly timing?: Partial<Timing>;
  /** 0, the default, takes a free port. */
  readonly port?: number;
};

const usualZones = Object.fromEntries(
  ['europe-west3', 'europe-west4'].map((region) => [
    region,
    ['a', 'b', 'c'].map((letter) => `${region}-${letter}`),
  ]),
);
const maxBytes = 1024 * 1024;
const mostRequests = 50_000;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += String(chunk);
    if (body.length > maxBytes) break;
  }
  return body;
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export async function startCompute(options: PretendOptions): Promise<PretendCompute> {
  const { clock, project, zones = usualZones, timing = {} } = options;
  const world = makeWorld({ project, zones, timing, now: () => clock.now() });
  for (const seed of options.templates ?? []) putTemplate(world, seed);
  const requests: ComputeRequest[] = [];
  const remember = (request: ComputeRequest): void => {
    requests.push(request);
    if (requests.length > mostRequests) requests.shift();
  };
  const metadatas = new Map<string, Promise<Metadata>>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://compute');
    const method = request.method ?? 'GET';
    const body = parsed(await bodyOf(request));
    const { faults } = world;
    const isCounted = faults.lost.count > 0 && (faults.lost.of === 'all' || method !== 'GET');
    const loss = isCounted ? faults.lost.when : null;
    if (isCounted) faults.lost.count -= 1;
    const asked = {
      at: clock.now(),
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body,
    };
    if (loss === 'before') {
      remember({ ...asked, status: null });
      request.socket.resetAndDestroy();
      return;
    }
    const answer = answerTo(world, { method, url, body });
    remember({ ...asked, status: loss === 'after' ? null : answer.status });
    if (loss === 'after') {
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(answer.body, null, 1));
  };

  const server = createServer((request, response) => {
    request.on('error', () => undefined);
    handle(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the pretend Compute has no port');

  const settled = <Value>(look: () => Value): Value => {
    world.settle();
    return look();
  };
  const named = (name: string): Instance => {
    const found = settled(() => [...world.instances.values()].find((each) => each.name === name));
    if (found === undefined) throw new Error(`there is no machine ${name}`);
    return found;
  };
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    project,
    faults: faultsOn(world.faults, world.settle),
    instances: () => settled(() => [...world.instances.values()]),
    disks: () => settled(() => [...world.disks.values()]),
    snapshots: () => settled(() => [...world.snapshots.values()]),
    operations: () => settled(() => [...world.operations.values()]),
    requests: () => [...requests],
    addTemplate: (seed) => {
      putTemplate(world, seed);
    },
    preempt: (name) => {
      preemptInstance(world, named(name));
    },
    vanish: (name) => {
      takeAway(world, named(name));
    },
    alter: (name, change) => {
      change(named(name));
    },
    metadata: (name) => {
      const instance = named(name);
      const running = metadatas.get(instance.id) ?? metadataFor(world, instance);
      metadatas.set(instance.id, running);
      return running;
    },
    world,
    close: async () => {
      const closed = once(server, 'close');
      server.closeAllConnections();
      server.close();
      await closed;
      for (const running of metadatas.values()) {
        // oxlint-disable-next-line no-await-in-loop -- a handful at most
        await (await running).close();
      }
    },
  };
}

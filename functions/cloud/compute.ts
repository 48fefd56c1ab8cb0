// Compute Engine behind its door: Google's client over REST, loaded at the first call, and every answer or silence as a value.
import type { z } from 'zod';
import { labels as labelNames } from '../domain/standby/rules.ts';
import type { Compute, ComputeAnswer, ComputeFailure, NodeOrder } from './cloud.ts';
import type { CallOptions, ComputeAsks } from './compute-asks.ts';
import { type ComputeClients, openClients } from './compute-clients.ts';
import { disksWithSnapshot, noDataDisk, noPlaceForSnapshot, notOfDrill } from './compute-disks.ts';
import { computeFailure, endedFailure, malformedFailure, notOurs } from './compute-failure.ts';
import { isResourceName } from './compute-methods.ts';
import * as read from './compute-read.ts';
import { computeTransport } from './compute-transport.ts';

export { computeMethods, computePermissions } from './compute-methods.ts';

export type ComputeOptions = {
  /** Id of the Google project. */
  readonly project: string;
  /** For a pretended Compute on this machine, for example `http://127.0.0.1:4321`; it gets no token. */
  readonly endpoint?: string;
  /** Real milliseconds for each call; a list may take as long for each of its pages. 10 s by default. */
  readonly timeoutMs?: number;
};

type Call = (clients: ComputeClients, options: CallOptions) => Promise<unknown>;
type Kind = 'reads' | 'changes';

const mostPages = 20;
const perPage = 200;
const mostLines = 50;
const consoleBytes = 32_768;

/** Google's client answers with a list, of which the first is the answer, and with an envelope around an operation. */
function unwrapped(answer: unknown): unknown {
  const first: unknown = Array.isArray(answer) ? answer[0] : answer;
  const hasEnvelope = typeof first === 'object' && first !== null && 'latestResponse' in first;
  return hasEnvelope ? first.latestResponse : first;
}

/** Of a list the answer as it came stands last. */
const pageOf = (answer: unknown): unknown => (Array.isArray(answer) ? answer[2] : answer);

/** The call's end, or the deadline's or the run's, whichever comes first. */
async function ended<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void => {
    reject(new Error('ended'));
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', end);
    work.catch(() => {});
  }
}

/** Opens the door; nothing is loaded or asked before the first call. ERR_CONFIG for an address that must not be asked. */
export function openCompute({ project, endpoint, timeoutMs = 10_000 }: ComputeOptions): Compute {
  const transport = computeTransport(endpoint === undefined ? { project } : { project, endpoint });
  let opening: Promise<ComputeClients> | null = null;
  const open = (): Promise<ComputeClients> => (opening ??= openClients(transport));

  const ask = async <Value>(
    kind: Kind,
    needs: {
      readonly signal: AbortSignal;
      readonly call: Call;
      readonly shape: z.ZodType<Value>;
      /** Of what is asked for; each has to be a name. */
      readonly names: readonly string[];
    },
  ): Promise<ComputeAnswer<Value>> => {
    const { signal } = needs;
    if (!needs.names.every(isResourceName)) return failed(notOurs);
    if (signal.aborted) return failed(endedFailure('ABORTED', false));
    const clients = await open();
    const deadline = AbortSignal.timeout(timeoutMs);
    const both = AbortSignal.any([signal, deadline]);
    try {
      const call = needs.call(clients, { signal: both, timeout: timeoutMs + 1_000, retry: null });
      const value = needs.shape.safeParse(await ended(call, both));
      return value.success ? { ok: true, value: value.data } : failed(malformedFailure);
    } catch (error) {
      const failure = computeFailure(error, kind === 'changes');
      // What Compute has said counts, even if it said so at the last moment.
      if (failure.status !== null) return failed(failure);
      if (signal.aborted) return failed(endedFailure('ABORTED', true));
      if (deadline.aborted) return failed(endedFailure('TIMEOUT', true));
      return failed(failure);
    }
  };

  /** All pages; `isWhole` is false as well when there are more than anybody should have. */
  const askAll = async <Page extends { readonly nextPageToken?: string | null | undefined }, Resource>(
    signal: AbortSignal,
    wanted: {
      readonly shape: z.ZodType<Page>;
      readonly list: (clients: ComputeClients) => ComputeAsks['list'];
      readonly take: (page: Page) => read.Listed<Resource>;
      readonly filter?: string;
    },
  ): Promise<ComputeAnswer<read.Listed<Resource>>> => {
    const all: Resource[] = [];
    let isWhole = true;
    let pageToken = '';
    for (let count = 0; count < mostPages; count++) {
      const request = {
        project,
        maxResults: perPage,
        ...(wanted.filter === undefined ? {} : { filter: wanted.filter }),
        ...(pageToken === '' ? {} : { pageToken }),
      };
      const call: Call = async (clients, options) =>
        pageOf(await wanted.list(clients)(request, { ...options, autoPaginate: false }));
      // oxlint-disable-next-line no-await-in-loop -- each page names the next one
      const answer = await ask('reads', { signal, call, shape: wanted.shape, names: [] });
      if (!answer.ok) return answer;
      const taken = wanted.take(answer.value);
      all.push(...taken.all);
      isWhole &&= taken.isWhole;
      pageToken = answer.value.nextPageToken ?? '';
      if (pageToken === '') return { ok: true, value: { all, isWhole } };
    }
    return { ok: true, value: { all, isWhole: false } };
  };

  /** The template's disks for a node that begins with a snapshot; null for one that begins with none. */
  const disksFor = async (
    { zone, region, template, snapshot }: NodeOrder,
    signal: AbortSignal,
  ): Promise<ComputeAnswer<readonly object[] | null>> => {
    if (snapshot === null) return { ok: true, value: null };
    const answer = await ask('reads', {
      signal,
      shape: read.disksOfTemplate(template),
      names: [zone, region, template, snapshot],
      call: async ({ templates }, options) =>
        unwrapped(await templates.get({ project, region, instanceTemplate: template }, options)),
    });
    if (!answer.ok) return answer;
    const disks = disksWithSnapshot(answer.value, { project, zone, region, snapshot });
    return disks === null ? failed(noPlaceForSnapshot) : { ok: true, value: disks };
  };

  return {
    insert: async (order, signal) => {
      const { zone, region, name, template, requestId, labels } = order;
      const names = [zone, region, name, template];
      if (!names.every(isResourceName)) return failed(notOurs);
      const disks = await disksFor(order, signal);
      // Nothing was asked for yet: what a read met is no lost insert.
      if (!disks.ok) return failed({ ...disks.failure, isLost: false });
      const changed = disks.value === null ? {} : { disks: disks.value };
      return ask('changes', {
        signal,
        shape: read.begun,
        names,
        call: async ({ instances }, options) =>
          unwrapped(
            await instances.insert(
              {
                project,
                zone,
                requestId,
                sourceInstanceTemplate: `projects/${project}/regions/${region}/instanceTemplates/${template}`,
                instanceResource: { name, labels: { ...labels }, ...changed },
              },
              options,
            ),
          ),
      });
    },

    operation: async (zone, operation, signal) => {
      const answer = await ask('reads', {
        signal,
        shape: read.operationState,
        names: [zone, operation],
        call: async ({ operations }, options) =>
          unwrapped(await operations.get({ project, zone, operation }, options)),
      });
      return isMissing(answer) ? { ok: true, value: { state: 'unknown' } } : answer;
    },

    list: async (prefix, signal) => {
      const answer = await askAll(signal, {
        shape: read.page('instance'),
        list: ({ instances }) => instances.innerApiCalls.aggregatedList,
        take: (page) => read.nodesOf(page, prefix),
        filter: `labels.${labelNames.ours}=${prefix}`,
      });
      if (!answer.ok) return answer;
      return { ok: true, value: { nodes: answer.value.all, isWhole: answer.value.isWhole } };
    },

    node: async ({ zone, name }, signal) => {
      const answer = await ask('reads', {
        signal,
        shape: read.oneNode(zone, name),
        names: [zone, name],
        call: async ({ instances }, options) =>
          unwrapped(await instances.get({ project, zone, instance: name }, options)),
      });
      return isMissing(answer) ? { ok: true, value: null } : answer;
    },

    // Names by their beginning are no filter that is worth trusting, so all disks of the project are looked at.
    disks: async (prefix, signal) => {
      const answer = await askAll(signal, {
        shape: read.page('disk'),
        list: ({ disks }) => disks.innerApiCalls.aggregatedList,
        take: (page) => read.disksOf(page, prefix),
      });
      if (!answer.ok) return answer;
      return { ok: true, value: { disks: answer.value.all, isWhole: answer.value.isWhole } };
    },

    report: async ({ zone, name }, signal) => {
      const request = { project, zone, instance: name, queryPath: 'watchdog/report' };
      const answer = await ask('reads', {
        signal,
        shape: read.guestReport,
        names: [zone, name],
        call: async ({ instances }, options) =>
          unwrapped(await instances.getGuestAttributes(request, options)),
      });
      return isMissing(answer) ? { ok: true, value: null } : answer;
    },

    console: ({ zone, name, lines }, signal) => {
      const request = { project, zone, instance: name, start: String(-consoleBytes) };
      return ask('reads', {
        signal,
        shape: read.consoleLines(Math.min(Math.max(1, lines), mostLines)),
        names: [zone, name],
        call: async ({ instances }, options) =>
          unwrapped(await instances.getSerialPortOutput(request, options)),
      });
    },

    remove: ({ zone, name, requestId }, signal) =>
      ask('changes', {
        signal,
        shape: read.begun,
        names: [zone, name],
        call: async ({ instances }, options) =>
          unwrapped(await instances.delete({ project, zone, instance: name, requestId }, options)),
      }),

    save: async ({ zone, name, snapshot, requestId, labels }, signal) => {
      const names = [zone, name, snapshot];
      if (!names.every(isResourceName)) return failed(notOurs);
      const found = await ask('reads', {
        signal,
        shape: read.keepable(zone, name),
        names,
        call: async ({ instances }, options) =>
          unwrapped(await instances.get({ project, zone, instance: name }, options)),
      });
      if (!found.ok) return found;
      const { isOfDrill, disk } = found.value;
      if (!isOfDrill) return failed(notOfDrill);
      if (disk === null) return failed(noDataDisk);
      const sourceDisk = `projects/${project}/zones/${zone}/disks/${disk}`;
      return ask('changes', {
        signal,
        shape: read.begun,
        names,
        call: async ({ snapshots }, options) =>
          unwrapped(
            await snapshots.insert(
              {
                project,
                requestId,
                snapshotResource: { name: snapshot, sourceDisk, labels: { ...labels } },
              },
              options,
            ),
          ),
      });
    },

    globalOperation: async (operation, signal) => {
      const answer = await ask('reads', {
        signal,
        shape: read.operationState,
        names: [operation],
        call: async ({ globalOperations }, options) =>
          unwrapped(await globalOperations.get({ project, operation }, options)),
      });
      return isMissing(answer) ? { ok: true, value: { state: 'unknown' } } : answer;
    },

    snapshots: async (prefix, signal) => {
      const answer = await askAll(signal, {
        shape: read.snapshotPage,
        list: ({ snapshots }) => snapshots.innerApiCalls.list,
        take: (page) => read.snapshotsOf(page, prefix),
        filter: `labels.${labelNames.ours}=${prefix}`,
      });
      if (!answer.ok) return answer;
      return { ok: true, value: { snapshots: answer.value.all, isWhole: answer.value.isWhole } };
    },

    dropSnapshot: ({ name, requestId }, signal) =>
      ask('changes', {
        signal,
        shape: read.begun,
        names: [name],
        call: async ({ snapshots }, options) =>
          unwrapped(await snapshots.delete({ project, snapshot: name, requestId }, options)),
      }),
  };
}

const failed = (failure: ComputeFailure) => ({ ok: false, failure }) as const;

/** Compute itself says that there is none; a 404 of somebody in between proves nothing. */
const isMissing = (answer: ComputeAnswer<unknown>): boolean =>
  !answer.ok && answer.failure.status === 404 && answer.failure.code === 'notFound';

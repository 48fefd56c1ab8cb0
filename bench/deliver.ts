// How long a full outbox takes, with two deliverers that race for it: nothing may be left, and nothing may be sent twice.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { sendVia } from '../functions/channels/send.ts';
import { openIncident } from '../functions/domain/incident.ts';
import { itemOf } from '../functions/domain/notice.ts';
import { messageId, type OutboxRow } from '../functions/domain/outbox.ts';
import { deliver } from '../functions/flows/deliver.ts';
import { systemClock } from '../functions/kit/clock.ts';
import { step } from '../functions/domain/step.ts';
import { openStore } from '../functions/stores/open.ts';
import type { Store } from '../functions/stores/store.ts';
import { startChild } from './child.ts';
import { modelRules } from './model.ts';
import { rounded } from './numbers.ts';
import type { Report } from './report.ts';

export type DeliverOptions = { readonly messages: number; readonly latencyMs: number };

const channel = 'pager';
/** Firestore takes 500 writes at once, and one of them is the site's. */
const most = 400;

function rowOf(index: number, at: number): OutboxRow {
  const subject = { kind: 'target', id: `target-${index}` } as const;
  const problem = {
    kind: 'unreachable',
    severity: 'critical',
    summary: 'it does not answer',
    evidence: ['timeout'],
    confirmTicks: 1,
    confirmMs: 0,
  } as const;
  const incident = openIncident('home', subject, problem, at, at);
  return {
    id: messageId(incident.id, 0, channel),
    site: 'home',
    channel,
    notice: {
      kind: 'opened',
      severity: 'critical',
      site: 'home',
      siteName: 'Home',
      timezone: 'Europe/Berlin',
      at,
      thread: incident.id,
      isThreadOver: false,
      acknowledgedBy: null,
      told: [],
      before: null,
      items: [itemOf(incident, [])],
    },
    after: [],
    createdAt: at,
    state: 'waiting',
    dueAt: at,
    lease: null,
    attempts: 0,
    outcome: null,
    settledAt: null,
  };
}

/** Written as ticks write them: each with the document of a site. */
async function fill(store: Store, count: number): Promise<void> {
  const at = Date.now();
  const nothing = { samples: {}, pulse: null, signing: { ledger: {}, signers: [], chains: [] } };
  for (let from = 0; from < count; from += most) {
    const rules = { ...modelRules({ inbound: 1 }), id: `site-${from}` };
    const { memory } = step(null, { rules, findings: { at, ...nothing }, scheduledAt: at });
    const rows = Array.from({ length: Math.min(most, count - from) }, (_, index) => rowOf(from + index, at));
    // oxlint-disable-next-line no-await-in-loop -- each is a commit of its own
    const { base } = await store.loadSite(rules.id);
    // oxlint-disable-next-line no-await-in-loop -- as above
    const end = await store.commitSite({ base, memory, touched: [], rows });
    if (end !== 'committed') throw new Error('the outbox could not be filled');
  }
}

const counts = z.object({ came: z.number(), twice: z.number() });

/** The store and the receiver are processes of their own; the deliverers, which know nothing of each other, run here. */
export async function measureDeliver({ messages, latencyMs }: DeliverOptions): Promise<Report> {
  const firestore = await startChild({ file: 'firestore.ts', schema: z.object({ host: z.string() }) });
  const hook = await startChild({
    file: 'hook.ts',
    args: ['--latency', String(latencyMs)],
    schema: z.object({ url: z.string() }),
  });
  const variables = { FIRESTORE_EMULATOR_HOST: firestore.ready.host };
  try {
    await fill(openStore(variables), messages);
    const send = sendVia({ channel: 'webhook', url: { env: 'HOOK' } });
    const world = (): Parameters<typeof deliver>[0] => ({
      store: openStore(variables),
      clock: systemClock,
      channels: new Map([[channel, send]]),
      secret: () => hook.ready.url,
      linksOf: () => ({ links: {}, code: null, problem: null }),
      print: () => undefined,
      newLease: () => randomUUID(),
    });
    const options = { signal: new AbortController().signal, budgetMs: 120_000 };
    const begun = performance.now();
    const ends = await Promise.all([deliver(world(), options), deliver(world(), options)]);
    const deliverMs = performance.now() - begun;
    const { came, twice } = await hook.ask('counts', counts);
    return {
      fields: { deliverMs: rounded(deliverMs), left: messages - came, twice },
      details: {
        messages,
        latencyMs,
        deliverers: ends.length,
        sent: ends.reduce((sum, end) => sum + end.sent, 0),
      },
      limits: [
        { field: 'deliverMs', atMost: 10_000 },
        { field: 'left', atMost: 0 },
        { field: 'twice', atMost: 0 },
      ],
      broken: ends.flatMap(({ errors, broken }) => [...errors, ...broken]),
    };
  } finally {
    await Promise.all([firestore.stop(), hook.stop()]);
  }
}

// How long a full outbox takes, with two deliverers that race for it: nothing may be left, and nothing may be sent twice.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { sendVia } from '../functions/channels/send.ts';
import { announce } from '../functions/domain/announce.ts';
import { openIncident, type Problem } from '../functions/domain/incident.ts';
import type { OutboxRow } from '../functions/domain/outbox.ts';
import type { SiteRules } from '../functions/domain/policy.ts';
import { deliver } from '../functions/flows/deliver.ts';
import { systemClock } from '../functions/kit/clock.ts';
import { step } from '../functions/domain/step.ts';
import { noLook } from '../functions/domain/standby/standby-look.ts';
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

/** What a tick would write of signers that all fail at once: each speaks for itself, so each is one message. */
function rowsOf(rules: SiteRules, count: number, at: number): readonly OutboxRow[] {
  const problem: Problem = {
    kind: 'not-signing',
    severity: 'critical',
    summary: 'it does not sign',
    evidence: ['no signature in 3 epochs'],
    confirmTicks: 1,
    confirmMs: 0,
  };
  const incidents = Array.from({ length: count }, (_, index) =>
    openIncident(rules.id, { kind: 'signer', id: `signer-${index}` }, problem, at, at),
  );
  return announce(incidents, { rules, at, isOpen: () => true, costsOf: () => [] }).rows;
}

/** Written as ticks write them: each with the document of a site. */
async function fill(store: Store, count: number): Promise<void> {
  const at = Date.now();
  const nothing = {
    samples: {},
    pulse: null,
    refused: [],
    witness: {},
    delivery: null,
    flags: {},
    records: {},
    standbys: noLook,
    signing: { ledger: {}, signers: [], chains: [], voters: [] },
  };
  for (let from = 0; from < count; from += most) {
    const rules = { ...modelRules({ inbound: 1 }), id: `site-${from}` };
    const { memory } = step(null, { rules, findings: { at, ...nothing }, scheduledAt: at });
    const rows = rowsOf(rules, Math.min(most, count - from), at);
    // oxlint-disable-next-line no-await-in-loop -- each is a commit of its own
    const { base } = await store.loadSite(rules.id);
    // oxlint-disable-next-line no-await-in-loop -- as above
    const end = await store.commitSite({ base, memory, touched: [], rows, wanted: [], filed: [] });
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

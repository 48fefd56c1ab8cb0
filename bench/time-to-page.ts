// How long after a cut somebody is paged, at worst; and how often somebody would be paged for nothing.
import { z } from 'zod';
import { startChild } from './child.ts';
import { simulateLoss, ticksAMonth } from './false-pages.ts';
import { median, rounded } from './numbers.ts';
import { type CutTimes, measureCut } from './one-cut.ts';
import { phaseOfCut, platformMs, timeToPageMs } from './phases.ts';
import type { Report } from './report.ts';

export type TimeToPageOptions = {
  /** How many real cuts are measured. */
  readonly cuts: number;
  readonly seed: number;
  /** How many months of lossy network are simulated. */
  readonly months: number;
  readonly isConstrained: boolean;
};

const lossShare = 0.01;

async function measureCuts(options: TimeToPageOptions): Promise<CutTimes[]> {
  const targets = await startChild({
    file: 'targets.ts',
    schema: z.object({ addresses: z.array(z.string()) }),
  });
  const firestore = await startChild({ file: 'firestore.ts', schema: z.object({ host: z.string() }) });
  const world = {
    firestore: firestore.ready.host,
    addresses: targets.ready.addresses,
    isConstrained: options.isConstrained,
  };
  try {
    const all: CutTimes[] = [];
    // eslint-disable-next-line no-await-in-loop -- side by side they would slow each other down
    for (let cut = 0; cut < options.cuts; cut += 1) all.push(await measureCut(cut, world));
    return all;
  } finally {
    await Promise.all([targets.stop(), firestore.stop()]);
  }
}

/** Measures real cuts, then adds what cannot be measured here; the waits and the needed ticks come from the rules themselves. */
export async function measureTimeToPage(options: TimeToPageOptions): Promise<Report> {
  const { seed, months, isConstrained } = options;
  const cuts = await measureCuts(options);
  const phases = await Promise.all(Array.from({ length: 60 }, (_, second) => phaseOfCut(second)));
  const pageTimes = cuts.map(({ pageMs }) => pageMs);
  const worst = Math.max(...phases.map((phase) => timeToPageMs(phase, Math.max(...pageTimes))));
  const middle = median(phases.map((phase) => timeToPageMs(phase, median(pageTimes))));
  const loss = { share: lossShare, seed, ticks: ticksAMonth * months };
  const usual = await simulateLoss({ ...loss, inbound: 4 });
  const single = await simulateLoss({ ...loss, inbound: 1 });
  return {
    fields: { worstMs: rounded(worst), medianMs: rounded(middle), falsePages: usual.pages },
    details: {
      cuts: cuts.length,
      slowestTickMs: rounded(Math.max(...cuts.map(({ tickMs }) => tickMs))),
      slowestPageMs: rounded(Math.max(...pageTimes)),
      calmTickMs: rounded(median(cuts.map(({ calmTickMs }) => calmTickMs))),
      ticksNeeded: Math.max(...phases.map(({ ticks }) => ticks)),
      platformMs,
      months,
      seed,
      lostProbes: usual.lostProbes,
      falsePagesSingleInbound: single.pages,
      constrained: isConstrained,
      peakRssMb: Math.max(...cuts.map(({ peakRssMb }) => peakRssMb)),
    },
    limits: [
      { field: 'worstMs', atMost: 90_000 },
      { field: 'falsePages', atMost: 0 },
      ...(isConstrained ? [{ field: 'peakRssMb', atMost: 512 }] : []),
    ],
    broken: [],
  };
}

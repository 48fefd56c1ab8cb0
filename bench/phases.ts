// How long a cut may go unseen: for every second of a minute at which it may fall, how many ticks the rules need after it.
import { hear, wellAt } from '../functions/domain/hear.ts';
import { silence } from '../functions/domain/pulse.ts';
import type { Memory } from '../functions/domain/memory.ts';
import { minuteMs, modelRules, modelTick } from './model.ts';

export type Phase = {
  /** From the cut to the next tick. */
  readonly waitMs: number;
  /** Ticks from then on until a critical page is written, the one that writes it included. */
  readonly ticks: number;
};

const ticksBefore = 5;
const mostTicks = 10;

/** The worst over heartbeats that came at every fifth second of a minute, until the cut; they say no word of it. */
export async function phaseOfCut(second: number): Promise<Phase> {
  const offsets = Array.from({ length: 12 }, (_, index) => index * 5000);
  const needed = await Promise.all(offsets.map((offset) => ticksToPage(second * 1000, offset)));
  return { waitMs: minuteMs - second * 1000, ticks: Math.max(...needed) };
}

async function ticksToPage(cutAfterMs: number, beatOffsetMs: number): Promise<number> {
  const rules = modelRules({ inbound: 4, exit: 1, reference: 2 });
  const startAt = Date.UTC(2026, 0, 1);
  const cutAt = startAt + (ticksBefore - 1) * minuteMs + cutAfterMs;
  let memory: Memory | null = null;
  for (let tick = 0; tick < ticksBefore + mostTicks; tick += 1) {
    const at = startAt + tick * minuteMs;
    const isCut = tick >= ticksBefore;
    const lastBeat = lastBeatBefore(Math.min(at, cutAt), startAt + beatOffsetMs);
    // eslint-disable-next-line no-await-in-loop -- a tick follows from the one before
    const result: Awaited<ReturnType<typeof modelTick>> = await modelTick(memory, {
      rules,
      at,
      answers: (target) => !(isCut && target.startsWith('inbound')),
      pulse: hear(silence, wellAt('cluster', lastBeat)),
    });
    memory = result.memory;
    if (result.pages.some((row) => row.notice.severity === 'critical')) return tick - ticksBefore + 1;
  }
  return Number.POSITIVE_INFINITY;
}

function lastBeatBefore(at: number, anyBeatAt: number): number {
  return at - ((((at - anyBeatAt) % minuteMs) + minuteMs) % minuteMs);
}

/** What the platform adds: the scheduler's jitter, and an instance that has to start first. */
export const platformMs = 5000 + 3000;

/** From the cut to the page at its receiver, when the tick that sees it takes `pageMs` from its call to the delivery. */
export function timeToPageMs(phase: Phase, pageMs: number): number {
  return phase.waitMs + (phase.ticks - 1) * minuteMs + pageMs + platformMs;
}

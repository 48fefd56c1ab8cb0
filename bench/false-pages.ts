// How often a network that loses single probes by chance would wake somebody: a month of ticks, again and again if wanted.
import { hear, wellAt } from '../functions/domain/hear.ts';
import { silence } from '../functions/domain/pulse.ts';
import type { Memory } from '../functions/domain/memory.ts';
import { minuteMs, modelRules, modelTick } from './model.ts';
import { seeded } from './numbers.ts';

/** Ticks of a month of 30 days. */
export const ticksAMonth = 43_200;

export type Loss = {
  readonly inbound: number;
  /** The share of probes that are lost, each by itself. */
  readonly share: number;
  readonly seed: number;
  readonly ticks: number;
};

export type LossResult = {
  /** Messages that would have woken somebody, of any severity. */
  readonly pages: number;
  /** Probes that were lost, repeated ones included: the month was not a quiet one. */
  readonly lostProbes: number;
};

/** Simulates tick after tick, with heartbeats at half past every minute and all else well. */
export async function simulateLoss(loss: Loss): Promise<LossResult> {
  const rules = modelRules({ inbound: loss.inbound, exit: 1, reference: 2 });
  const random = seeded(loss.seed);
  const startAt = Date.UTC(2026, 0, 1);
  let memory: Memory | null = null;
  let pages = 0;
  let lostProbes = 0;
  const answers = (): boolean => {
    const isLost = random() < loss.share;
    if (isLost) lostProbes += 1;
    return !isLost;
  };
  for (let tick = 0; tick < loss.ticks; tick += 1) {
    const at = startAt + tick * minuteMs;
    const pulse = hear(silence, wellAt('cluster', at - minuteMs / 2));
    // eslint-disable-next-line no-await-in-loop -- a tick follows from the one before
    const result: Awaited<ReturnType<typeof modelTick>> = await modelTick(memory, {
      rules,
      at,
      answers,
      pulse,
    });
    memory = result.memory;
    pages += result.pages.length;
  }
  return { pages, lostProbes };
}

// What the time to a page is made of, and that the simulations can see what they are asked to look for.
import { describe, expect, it } from 'vitest';
import { simulateLoss } from '../../bench/false-pages.ts';
import { phaseOfCut, platformMs, timeToPageMs } from '../../bench/phases.ts';
import { complaints, table } from '../../bench/report.ts';

describe('timeToPageMs', () => {
  it('adds the wait for the tick, the tick with its delivery, and what the platform takes', () => {
    expect(timeToPageMs({ waitMs: 60_000, ticks: 1 }, 10_100)).toBe(60_000 + 10_100 + platformMs);
  });

  it('adds a minute for every tick more that the rules need', () => {
    const one = timeToPageMs({ waitMs: 1000, ticks: 1 }, 500);
    expect(timeToPageMs({ waitMs: 1000, ticks: 3 }, 500) - one).toBe(120_000);
  });

  it('never ends when the rules never page', () => {
    expect(timeToPageMs({ waitMs: 1000, ticks: Number.POSITIVE_INFINITY }, 500)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

describe('phaseOfCut', () => {
  it.each([0, 1, 29, 59])(
    'a cut %i s after a tick is paged by the next one, whenever the last heartbeat was',
    async (second) => {
      expect(await phaseOfCut(second)).toEqual({ waitMs: 60_000 - second * 1000, ticks: 1 });
    },
  );
});

describe('simulateLoss', () => {
  it('pages nobody in a day without loss', async () => {
    expect(await simulateLoss({ inbound: 1, share: 0, seed: 1, ticks: 1440 })).toEqual({
      pages: 0,
      lostProbes: 0,
    });
  });

  it('sees pages where so much is lost that even the second look fails', async () => {
    const { pages, lostProbes } = await simulateLoss({ inbound: 1, share: 0.5, seed: 1, ticks: 1440 });
    expect(lostProbes).toBeGreaterThan(1440);
    expect(pages).toBeGreaterThan(3);
  });
});

describe('a report', () => {
  const report = {
    fields: { coldMs: 1300, rssMb: 150 },
    details: { processes: 5 },
    limits: [{ field: 'coldMs', atMost: 1200 }],
    broken: ['compute is loaded'],
  };

  it('complains of missed targets and of what is broken', () => {
    expect(complaints(report)).toEqual(['coldMs is 1300, and should be at most 1200', 'compute is loaded']);
  });

  it('shows a field beside its limit', () => {
    expect(table(report).split('\n')).toEqual([
      'coldMs          1,300   at most 1,200',
      'rssMb             150',
      'processes           5',
    ]);
  });
});

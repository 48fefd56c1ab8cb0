// What proof of signing costs a tick: requests and time beyond the network's, with chains as large as the real ones.
import { z } from 'zod';
import { bindSources, createChains, type SourceTarget } from '../functions/chains/run.ts';
import { type Ledger, weigh } from '../functions/domain/signing.ts';
import { collectEvidence } from '../functions/flows/collect-evidence.ts';
import { systemClock } from '../functions/kit/clock.ts';
import { takeTurns } from '../functions/kit/take-turns.ts';
import { startChild } from './child.ts';
import { modelRules } from './model.ts';
import { mebibytes, median, rounded } from './numbers.ts';
import type { Report } from './report.ts';

export type EvidenceOptions = {
  readonly ticks: number;
  readonly validators: number;
  /** False for RPCs that do not serve duties: then all committees of an epoch are read. */
  readonly hasDuties: boolean;
};

const ready = z.object({
  at: z.number(),
  urls: z.array(z.string()),
  genesisTime: z.number(),
  genesisRoot: z.string(),
  chainId: z.string(),
  addresses: z.array(z.string()),
});
const step = z.object({ at: z.number() });
const warmUps = 3;
const operators = ['one', 'two'];

function targetsOf({ urls, genesisTime, genesisRoot, chainId }: z.output<typeof ready>): SourceTarget[] {
  const network = { genesisTime, genesisValidatorsRoot: genesisRoot, secondsPerSlot: 12, slotsPerEpoch: 32 };
  return operators.flatMap((operator, index): SourceTarget[] => [
    {
      id: `eth-${operator}`,
      operator,
      isOwn: false,
      chain: 'ethereum',
      source: { url: urls[index] ?? '', network },
    },
    {
      id: `bera-${operator}`,
      operator,
      isOwn: false,
      chain: 'berachain',
      source: { url: urls[index + operators.length] ?? '', network: chainId },
    },
  ]);
}

/** Measures in this process; the RPCs are another, which answers at once. */
export async function measureEvidence(options: EvidenceOptions): Promise<Report> {
  const child = await startChild({
    file: 'chains.ts',
    args: ['--validators', String(options.validators), ...(options.hasDuties ? [] : ['--no-duties'])],
    schema: ready,
  });
  try {
    const keys = Array.from({ length: 20 }, (_, index) => String(1_000 + index * 4_999));
    const rules = {
      ...modelRules({}),
      signers: [
        { id: 'eth-1', chain: 'ethereum' as const, keys: keys.slice(0, 10) },
        { id: 'eth-2', chain: 'ethereum' as const, keys: keys.slice(10) },
        ...child.ready.addresses.map((address, index) => ({
          id: `bera-${index}`,
          chain: 'berachain' as const,
          keys: [address],
        })),
      ],
    };
    const sources = bindSources(targetsOf(child.ready), {
      chains: createChains(),
      network: { allow: ['127.0.0.0/8'], hosts: new Map() },
      secret: () => '',
      allow: [],
    });
    let ledger: Ledger = {};
    const times: number[] = [];
    const requests: number[] = [];
    let states: readonly string[] = [];
    for (let tick = 0; tick < warmUps + options.ticks; tick += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one tick after another
      const { at } = await child.ask('step', step);
      const needs = {
        clock: { ...systemClock, now: () => at },
        inTurn: takeTurns(100),
        signal: new AbortController().signal,
      };
      const begun = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one tick after another
      const collected = await collectEvidence(sources, { rules, ledger, needs, timeoutMs: 30_000 });
      const weighed = weigh(ledger, rules, { readings: collected.readings, at, lastDarkAt: null });
      const tookMs = performance.now() - begun;
      ({ ledger } = weighed);
      states = weighed.signers.map(({ id, state }) => `${id} ${state}`);
      if (tick < warmUps) continue;
      times.push(tookMs);
      requests.push(collected.requests);
    }
    const strange = states.filter((state) => !state.endsWith(' signing'));
    return {
      fields: {
        signers: rules.signers.length,
        operators: operators.length,
        tickMs: rounded(median(times)),
        requests: rounded(requests.reduce((sum, count) => sum + count, 0) / requests.length, 1),
        rssMb: mebibytes(process.memoryUsage().rss),
      },
      details: {
        ticks: options.ticks,
        validators: options.validators,
        duties: options.hasDuties,
        slowestTickMs: rounded(Math.max(...times)),
        mostRequests: Math.max(...requests),
        ledgerBytes: JSON.stringify(ledger).length,
      },
      limits: [
        { field: 'requests', atMost: 40 },
        { field: 'tickMs', atMost: 500 },
      ],
      broken: strange.length === 0 ? [] : [`not signing at the end: ${strange.join(', ')}`],
    };
  } finally {
    await child.stop();
  }
}

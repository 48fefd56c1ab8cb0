// The Compute door and the pretend Compute Engine behind it, over a real socket, on a clock that a test moves.
import type { Compute, ComputeAnswer, NodeOrder, SnapshotOrder } from '../../functions/cloud/cloud.ts';
import { openCompute } from '../../functions/cloud/compute.ts';
import type { Clock } from '../../functions/kit/clock.ts';
import { type PretendCompute, type PretendOptions, startCompute } from '../../lab/compute/compute.ts';
import { nodeTemplate } from '../../lab/compute/template.ts';

export const began = Date.parse('2026-12-01T02:00:00Z');
export const project = 'my-project';
export const zoneA = 'europe-west3-a';
export const zoneB = 'europe-west3-b';

/** A clock that stands still until somebody moves it. */
function handClock(startAt = began): { readonly clock: Clock; readonly pass: (ms: number) => void } {
  let now = startAt;
  return {
    clock: {
      now: () => now,
      sleep: (ms) => {
        now += ms;
        return Promise.resolve();
      },
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

/** The same UUID for the same number. */
export const uuid = (n: number): string => `8b0b9b1e-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const order = (changes: Partial<NodeOrder> = {}): NodeOrder => ({
  zone: zoneA,
  region: 'europe-west3',
  name: 'bw-home-x1',
  template: 'ethereum',
  snapshot: null,
  requestId: uuid(1),
  labels: { 'basement-watchdog': 'bw', 'watchdog-signer': 'home-eth' },
  ...changes,
});

const drillLabels = { ...order().labels, 'watchdog-drill': 'd-1' };

/** Of the node of a drill that wipes itself once it is synced. */
export const drillOrder = (changes: Partial<NodeOrder> = {}): NodeOrder =>
  order({
    name: 'bw-drill-x1',
    template: 'drill-wiped',
    labels: drillLabels,
    requestId: uuid(50),
    ...changes,
  });

/** Of a snapshot of that node's data disk. */
export const snapshotOrder = (changes: Partial<SnapshotOrder> = {}): SnapshotOrder => ({
  zone: zoneA,
  name: 'bw-drill-x1',
  snapshot: 'bw-ethereum-1',
  requestId: uuid(60),
  labels: { 'basement-watchdog': 'bw', 'watchdog-chain': 'ethereum', 'watchdog-wiped': '1796090400' },
  ...changes,
});

/** What was answered, or an error that says what was refused instead. */
export function valueOf<Value>(answer: ComputeAnswer<Value>): Value {
  if (!answer.ok) throw new Error(`${answer.failure.code}: ${answer.failure.text}`);
  return answer.value;
}

export type World = {
  readonly compute: PretendCompute;
  readonly door: Compute;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly pass: (ms: number) => void;
  /** Inserts and lets it come to run. */
  readonly running: (changes?: Partial<NodeOrder>) => Promise<NodeOrder>;
};

/** Whoever starts it closes `compute`. */
export async function pretendCompute(options: Partial<PretendOptions> = {}): Promise<World> {
  const { clock, pass } = handClock();
  const compute = await startCompute({
    clock,
    project,
    templates: [
      nodeTemplate({ region: 'europe-west3', name: 'ethereum' }),
      nodeTemplate({ region: 'europe-west4', name: 'ethereum' }),
      nodeTemplate({
        region: 'europe-west3',
        name: 'drill',
        scheduling: { maxRunDuration: { seconds: 3_600 }, instanceTerminationAction: 'DELETE' },
      }),
      nodeTemplate({
        region: 'europe-west3',
        name: 'drill-wiped',
        drill: { seconds: 24 * 3_600, isWiped: true },
      }),
      nodeTemplate({ region: 'europe-west3', name: 'spot', scheduling: { provisioningModel: 'SPOT' } }),
    ],
    ...options,
  });
  const door = openCompute({ project, endpoint: compute.endpoint, timeoutMs: 5_000 });
  const { signal } = new AbortController();
  return {
    compute,
    door,
    signal,
    clock,
    pass,
    running: async (changes = {}) => {
      const placed = order(changes);
      valueOf(await door.insert(placed, signal));
      pass(60_000);
      return placed;
    },
  };
}

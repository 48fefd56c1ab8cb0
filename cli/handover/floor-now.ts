// The floor of this moment: by a clock that is right, and a chain that more than one operator shows.
import type { BoundSource } from '../../functions/chains/chain.ts';
import {
  cometFloor,
  ethereumFloor,
  type LastSign,
  type Marks,
} from '../../functions/domain/handover/floor.ts';
import type { ClockFact } from '../../functions/domain/handover/facts.ts';
import type { Standpoint } from '../../functions/domain/handover/record.ts';
import { type Chosen, epochsOf } from './signer.ts';
import type { HandoverWorld, Tried } from './world.ts';

export type Floor =
  | { readonly of: 'marks'; readonly genesisRoot: string; readonly keys: ReadonlyMap<string, Marks> }
  | { readonly of: 'last-sign'; readonly lastSign: LastSign };

const timeoutMs = 15_000;
/** Two operators may see the tip a little apart. */
const mostApart = 10;

const no = (why: string): { readonly ok: false; readonly why: string } => ({ ok: false, why });

/** Why our clock is no measure now; null when it is. */
function whyClockIsOff(clock: ClockFact | null, most: number): string | null {
  if (clock === null) return 'our clock could not be held against that of the keys database';
  const { offsetMs, uncertaintyMs } = clock;
  return Math.abs(offsetMs) + uncertaintyMs <= most
    ? null
    : `our clock is ${Math.round(offsetMs)} ms off, give or take ${Math.round(uncertaintyMs)} ms: synchronise it first`;
}

type Shown = { readonly operator: string; readonly stand: Standpoint };

async function standOf(
  sources: readonly BoundSource[],
  keys: readonly string[],
  world: HandoverWorld,
): Promise<Shown[]> {
  const run = { signal: AbortSignal.timeout(2 * timeoutMs), timeoutMs, now: world.clock.now };
  const answers = await Promise.all(
    sources
      .filter(({ isOwn }) => !isOwn)
      .map(async ({ operator, stand }) => ({
        operator,
        answer: await stand({ keys, withEars: false }, run),
      })),
  );
  return answers.flatMap(({ operator, answer }) => (answer.ok ? [{ operator, stand: answer.value }] : []));
}

/** The public keys of Ethereum that floors are written for, as two operators show them; an index alone protects nothing. */
export async function publicKeysOf(
  sources: readonly BoundSource[],
  keys: readonly string[],
  world: HandoverWorld,
): Promise<Tried<readonly string[]>> {
  if (keys.every((key) => /^0x[0-9a-f]{96}$/.test(key))) return { ok: true, value: keys };
  const run = { signal: AbortSignal.timeout(2 * timeoutMs), timeoutMs, now: world.clock.now };
  const found = await Promise.all(
    sources.flatMap(({ isOwn, operator, publicKeys }) =>
      isOwn || publicKeys === null ? [] : [publicKeys(keys, run).then((answer) => ({ operator, answer }))],
    ),
  );
  const good = found.flatMap(({ operator, answer }) => (answer.ok ? [{ operator, keys: answer.value }] : []));
  if (new Set(good.map(({ operator }) => operator)).size < 2) {
    return no(
      'the public keys of these indices are not shown by two operators: write public keys into the configuration',
    );
  }
  const [first] = good;
  const differs = good.find((each) => each.keys.join(' ') !== first?.keys.join(' '));
  if (differs !== undefined || first === undefined)
    return no('two operators show different public keys for the same indices');
  return { ok: true, value: first.keys };
}

/** Of this moment. Refuses when the clock is off, when fewer than two operators show the chain, and when they do not agree. */
export async function floorNow(
  world: HandoverWorld,
  { signer, network }: Chosen,
  at = world.clock.now(),
): Promise<Tried<Floor>> {
  const seen = await world.keys.read(signer.id);
  const off = whyClockIsOff(seen.clock, world.policy.ownClockMs);
  if (off !== null) return no(off);
  const sources = world.sources(signer.id);
  const shown = await standOf(sources, signer.keys, world);
  const operators = new Set(shown.map(({ operator }) => operator));
  if (operators.size < 2) {
    return no(
      `only ${operators.size} of two operators shows the chain now: a floor must not rest on one alone`,
    );
  }
  const genesis = new Set(shown.map(({ stand }) => stand.genesis));
  if (genesis.size !== 1) return no('the operators show different chains');
  const stale = shown.find(
    ({ stand }) => stand.askedAt - stand.head.at > world.policy.freshMs || stand.behind !== null,
  );
  if (stale !== undefined) return no(`${stale.operator} is behind: a floor must not rest on an old head`);
  if (signer.chain !== 'ethereum') {
    const tips = shown.map(({ stand }) => stand.head.number);
    const [low, high] = [Math.min(...tips), Math.max(...tips)];
    return high - low > mostApart
      ? no(`the operators do not agree on the height: from ${low} to ${high}`)
      : { ok: true, value: { of: 'last-sign', lastSign: cometFloor(high) } };
  }
  const epochs = epochsOf(network);
  if (epochs === null || network === null)
    return no('it is not known when the chain began: no source of it is configured');
  const keys = await publicKeysOf(sources, signer.keys, world);
  if (!keys.ok) return keys;
  const marks = ethereumFloor(epochs, at);
  return {
    ok: true,
    value: {
      of: 'marks',
      genesisRoot: network.genesisValidatorsRoot,
      keys: new Map(keys.value.map((key) => [key, marks])),
    },
  };
}

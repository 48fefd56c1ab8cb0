// Looks at standbys, and only while some are wanted; at what concerns all of them once in a while: a steady tick reads nothing for it.
import type { Memory } from '../domain/memory.ts';
import type { SiteRules } from '../domain/policy.ts';
import { isFleetLookedAt, type StandbyLook } from '../domain/standby/standby-look.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { Standbys, WatchStore } from '../stores/store.ts';

/** `problems` says what could not be read, a sentence each. */
export type SeenStandbys = { readonly look: StandbyLook; readonly problems: readonly string[] };

type Doors = Pick<WatchStore, 'loadStandbys' | 'loadFleet'>;

type Read<Value> = { readonly value: Value | null; readonly problems: readonly string[] };

async function reading<Value extends Pick<Standbys, 'broken'>>(read: Promise<Value>): Promise<Read<Value>> {
  try {
    const value = await read;
    return { value, problems: value.broken };
  } catch (error) {
    return { value: null, problems: [redactText(describeError(error))] };
  }
}

/** A document that is broken cannot be told from one that is missing: then of those that are not there nothing is known. */
async function readStandbys(
  store: Doors,
  signers: readonly string[],
): Promise<Read<StandbyLook['bySigner']>> {
  if (signers.length === 0) return { value: {}, problems: [] };
  const { value, problems } = await reading(store.loadStandbys(signers));
  if (value === null) return { value, problems };
  const none =
    problems.length > 0 ? [] : signers.map((signer) => [signer, { wanted: null, seen: null }] as const);
  const found = value.standbys.map(({ signer, wanted, seen }) => [signer, { wanted, seen }] as const);
  return { value: Object.fromEntries([...none, ...found]), problems };
}

/** One site tells of all standbys; and whoever wants one looks whether anybody works on that. */
const looksAtAll = ({ standby, reportsSelf }: SiteRules, isAnyWanted: boolean, at: number): boolean =>
  standby !== null && (isAnyWanted || (reportsSelf && isFleetLookedAt(at)));

/** Never rejects: what cannot be read says nothing. */
export async function lookAtStandbys(
  store: Doors,
  memory: Memory | null,
  { rules, at }: { readonly rules: SiteRules; readonly at: number },
): Promise<SeenStandbys> {
  const signers = Object.keys(memory?.state.wanted ?? {});
  const [standbys, fleet] = await Promise.all([
    readStandbys(store, signers),
    looksAtAll(rules, signers.length > 0, at) ? reading(store.loadFleet()) : { value: null, problems: [] },
  ]);
  return {
    look: { bySigner: standbys.value ?? {}, fleet: fleet.value?.fleet ?? null },
    problems: [...standbys.problems, ...fleet.problems],
  };
}

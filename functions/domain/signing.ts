// Whether signers sign and chains move: what the sources showed in this tick is put beside what they showed before.
import { type KeyVerdict, weighKey, witnessesOf } from './agree.ts';
import type { ChainName } from './chain.ts';
import { chainFact } from './chain-fact.ts';
import type { OwnKey, SourceReading } from './evidence.ts';
import type { ChainFact, SignerFact, SignerState, Stake } from './facts.ts';
import type { Policy, SiteRules } from './policy.ts';
import { type Slashing, slashingsIn, withSlashings } from './slashing.ts';
import { extendTrace, type Trace } from './trace.ts';

/** What is remembered of one signer: by source, and for the keys in the order in which they are configured. */
export type SignerLedger = {
  readonly keys: readonly string[];
  /** Positions of keys that were seen active while we watched: that they are not any more is news. */
  readonly wasActive: readonly number[];
  readonly traces: Readonly<Record<string, Trace>>;
  readonly slashings: readonly Slashing[];
};

/** By signer id. */
export type Ledger = Readonly<Record<string, SignerLedger>>;

/** What the rules of a site say of its signers. */
type SigningRules = {
  readonly signers: SiteRules['signers'];
  readonly policy: Pick<Policy, 'signing'>;
};

type Signer = SiteRules['signers'][number];

export type Weighed = {
  readonly ledger: Ledger;
  readonly signers: readonly SignerFact[];
  readonly chains: readonly ChainFact[];
  /** Nodes of the house that have keys of its signers and vote with them. */
  readonly voters: readonly Voter[];
};

/** A node that votes with a key. */
export type Voter = OwnKey & { readonly node: string };

type Given = {
  readonly readings: readonly SourceReading[];
  readonly at: number;
  /** When the house was last dark; null when it never was. */
  readonly lastDarkAt: number | null;
};

const unitNames: Readonly<Record<ChainName, string>> = {
  ethereum: 'epoch',
  berachain: 'height',
  cometbft: 'height',
};

const emptyLedger = (keys: readonly string[]): SignerLedger => ({
  keys,
  wasActive: [],
  traces: {},
  slashings: [],
});

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);

/** What the next tick goes on from. Sources that are not asked any more are forgotten. */
function extendLedger(before: SignerLedger | undefined, signer: Signer, given: Given): SignerLedger {
  // Positions mean nothing once the list of keys has changed.
  const old =
    before !== undefined && isSameList(before.keys, signer.keys) ? before : emptyLedger(signer.keys);
  const asked = given.readings.filter((reading) => reading.chain === signer.chain);
  const traces = asked.flatMap((reading): (readonly [string, Trace])[] => {
    const trace = old.traces[reading.source] ?? null;
    const own = reading.signers.find((each) => each.signer === signer.id);
    if (reading.trouble !== null || own === undefined) {
      return trace === null ? [] : [[reading.source, trace]];
    }
    return [
      [reading.source, extendTrace(trace, own, { keys: signer.keys.length, freshAt: given.at })] as const,
    ];
  });
  const active = traces.flatMap(([, trace]) =>
    trace.keys.flatMap((key, position) => (key.standing === 'active' ? [position] : [])),
  );
  return {
    keys: signer.keys,
    wasActive: [...new Set([...old.wasActive, ...active])].toSorted((a, b) => a - b),
    traces: Object.fromEntries(traces),
    slashings: withSlashings(old.slashings, slashingsIn(asked, signer.id), given.at),
  };
}

const count = (verdicts: readonly KeyVerdict[], state: KeyVerdict['state']): number =>
  verdicts.filter((verdict) => verdict.state === state).length;

function stateOf(verdicts: readonly KeyVerdict[]): SignerState {
  const expected = verdicts.filter((verdict) => verdict.state !== 'inactive');
  if (expected.length === 0) return 'inactive';
  if (expected.every((verdict) => verdict.state === 'silent')) return 'silent';
  if (expected.some((verdict) => verdict.state === 'silent' || verdict.state === 'quiet')) return 'quiet';
  return expected.some((verdict) => verdict.state === 'unknown') ? 'unknown' : 'signing';
}

/** Public keys are long; the beginning tells them apart for a person. */
const shortKey = (key: string): string => (key.length <= 14 ? key : `${key.slice(0, 10)}…`);

const longestList = 3;

function detailOf(keys: readonly string[], verdicts: readonly KeyVerdict[], state: SignerState): string {
  const telling = verdicts.flatMap((verdict, position) =>
    state === 'signing' || verdict.state !== 'signing' ? [{ verdict, key: keys[position] ?? '' }] : [],
  );
  const [first] = telling;
  const words = new Set(telling.map(({ verdict }) => verdict.why));
  if (first !== undefined && words.size === 1) {
    const which =
      telling.length === keys.length ? '' : `${telling.map(({ key }) => shortKey(key)).join(', ')}: `;
    return `${which}${first.verdict.why}`;
  }
  const shown = telling.slice(0, longestList).map(({ verdict, key }) => `${shortKey(key)}: ${verdict.why}`);
  const rest = telling.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

/** Why no source counts. */
function troublesOf(signer: string, readings: readonly SourceReading[]): string {
  const troubles = readings.flatMap(({ operator, trouble, signers }) => {
    const own = signers.find((each) => each.signer === signer)?.trouble ?? null;
    if (trouble !== null) return [`${operator}: ${trouble.reason}, ${trouble.detail}`];
    return own === null ? [] : [`${operator}: ${own}`];
  });
  return `no source shows it: ${troubles.join('; ') || 'none is configured'}`;
}

const latest = (times: readonly (number | null)[]): number | null =>
  times.reduce((newest, at) => (at !== null && (newest === null || at > newest) ? at : newest), null);

function stakeOf(chain: ChainName, traces: readonly Trace[]): Stake | null {
  const [stake] = traces.flatMap((trace) => trace.stake ?? []);
  if (stake === undefined) return null;
  return chain === 'ethereum' ? { of: 'balance', effectiveGwei: stake } : { of: 'power', share: stake };
}

function signerFact(
  signer: Signer,
  ledger: SignerLedger,
  context: { readonly rules: SigningRules; readonly given: Given },
): SignerFact {
  const { rules, given } = context;
  const { at, lastDarkAt } = given;
  const policy = rules.policy.signing.chains[signer.chain];
  const sources = given.readings.flatMap(({ source, operator, isOwn }) => {
    const trace = ledger.traces[source];
    const isFresh = trace !== undefined && at - trace.freshAt <= policy.sourceFreshMs;
    return isFresh ? [{ operator, isOwn, trace }] : [];
  });
  const unitName = unitNames[signer.chain];
  const verdicts = signer.keys.map((_, position) =>
    weighKey(witnessesOf(sources, position), policy, { at, unitName }),
  );
  const shown = stateOf(verdicts);
  // A client that comes back with its house has to start and to catch up first.
  const isReturning = lastDarkAt !== null && at - lastDarkAt < rules.policy.signing.afterReturnMs;
  const state = shown === 'silent' && isReturning ? 'quiet' : shown;
  const silent = verdicts.filter((verdict) => verdict.state === 'silent');
  const detail =
    sources.length === 0
      ? troublesOf(
          signer.id,
          given.readings.filter((reading) => reading.chain === signer.chain),
        )
      : detailOf(signer.keys, verdicts, shown);
  return {
    id: signer.id,
    chain: signer.chain,
    state,
    actAt: latest(verdicts.map((verdict) => verdict.actAt)),
    silentSince:
      silent.length === 0 ? null : Math.min(...silent.flatMap(({ silentSince }) => silentSince ?? [])),
    keys: {
      total: signer.keys.length,
      silent: isReturning ? 0 : silent.length,
      inactive: count(verdicts, 'inactive'),
      left: verdicts.flatMap((verdict, position) =>
        verdict.state === 'inactive' && ledger.wasActive.includes(position) ? [verdict.standing] : [],
      ),
    },
    stake: stakeOf(signer.chain, Object.values(ledger.traces)),
    holder: null,
    heldSince: null,
    detail: (state === shown ? detail : `${detail}; the house came back a short time ago`).slice(0, 300),
  };
}

/**
 * Puts the readings of one tick beside what is remembered. Facts are given for each configured signer, and for each chain that has a
 * signer or a source. A reading that does not count changes nothing.
 */
export function weigh(before: Ledger, rules: SigningRules, given: Given): Weighed {
  const ledgers = rules.signers.map(
    (signer) => [signer.id, extendLedger(before[signer.id], signer, given)] as const,
  );
  const ledger = Object.fromEntries(ledgers);
  const chains = [
    ...new Set([
      ...rules.signers.map((signer) => signer.chain),
      ...given.readings.map((reading) => reading.chain),
    ]),
  ];
  return {
    ledger,
    voters: given.readings.flatMap(({ source, isOwn, votesWith }) =>
      isOwn ? votesWith.map((own) => ({ ...own, node: source })) : [],
    ),
    signers: rules.signers.map((signer) =>
      signerFact(signer, ledger[signer.id] ?? emptyLedger(signer.keys), { rules, given }),
    ),
    chains: chains.map((id) =>
      chainFact(
        id,
        given.readings.filter((reading) => reading.chain === id),
        { at: given.at, policy: rules.policy.signing.chains[id] },
      ),
    ),
  };
}

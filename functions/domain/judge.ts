// From facts to verdicts: pure, total, and able to say why.
import type { ChainState, Facts, SignerState } from './facts.ts';
import type { Policy } from './policy.ts';
import { lifeSigns, signalsOf, type Signals } from './signals.ts';
import { decide, isBlind, verdictTable, type SiteVerdict } from './verdict.ts';

export type Judgement = {
  readonly site: string;
  readonly at: number;
  readonly verdict: SiteVerdict;
  /** True when a UPS announced the loss of power before a blackout. */
  readonly certain: boolean;
  /** The row of the verdict table that matched, in words. */
  readonly because: string;
  /** The rows before it, and why each did not match. */
  readonly passed: readonly {
    readonly verdict: SiteVerdict;
    readonly when: string;
    readonly unmet: string;
  }[];
  readonly signals: Signals;
  /** What shows that the house lives, e.g. `heartbeat ups`. */
  readonly life: readonly string[];
  readonly signers: Readonly<Record<string, SignerState>>;
  readonly chains: Readonly<Record<string, ChainState>>;
};

function wasAnnounced(facts: Facts, policy: Policy): boolean {
  const { power } = facts;
  if (power === null || power.state === 'online') return false;
  return power.at >= (facts.inboundBadSince ?? facts.at) - policy.gaspMs;
}

// Signers of a chain that stands still are nobody's fault; and what we looked up over a broken network of our own is nothing.
function signerState(facts: Facts, signer: Facts['signers'][number], blind: boolean): SignerState {
  const chain = facts.chains.find((candidate) => candidate.id === signer.chain);
  return blind || chain?.state === 'stalled' ? 'unknown' : signer.state;
}

/** Judges one site. The same facts and policy always give the same judgement, and every input has exactly one verdict. */
export function judge(facts: Facts, policy: Policy): Judgement {
  const settled: Facts = {
    ...facts,
    signers: facts.signers.map((signer) => ({ ...signer, state: signerState(facts, signer, false) })),
  };
  const signals = signalsOf(settled, policy);
  const place = decide(signals);
  const row = verdictTable[place];
  const verdict = row?.verdict ?? 'unknown';
  const blind = isBlind(signals);
  return {
    site: facts.site,
    at: facts.at,
    verdict,
    certain: verdict === 'dark' && wasAnnounced(facts, policy),
    because: row?.when ?? '',
    passed: verdictTable.slice(0, place).map(({ verdict: earlier, when, unmet }) => ({
      verdict: earlier,
      when,
      unmet: unmet(signals) ?? '',
    })),
    signals,
    life: lifeSigns(settled, policy).map((act) => act.source),
    signers: Object.fromEntries(
      facts.signers.map((signer) => [signer.id, signerState(facts, signer, blind)]),
    ),
    chains: Object.fromEntries(facts.chains.map((chain) => [chain.id, blind ? 'unknown' : chain.state])),
  };
}

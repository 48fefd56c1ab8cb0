// Whether now is a good moment to take a signer down, in words: until when, what is next, and what it costs.
import type { ChainName } from '../domain/chain.ts';
import { nextHeights, type Quiet, type QuietReason, type QuietVerdict } from '../domain/quiet.ts';
import type { TimedDuty } from '../domain/quiet.ts';
import { missedEpoch, missedSyncEpoch } from '../domain/waiting-cost.ts';
import { range } from './cost.ts';
import { duration, localTime } from './time.ts';
import type { Tone } from './verdict.ts';

export const quietTone = { quiet: 'good', busy: 'bad', unknown: 'doubt' } as const satisfies Record<
  QuietVerdict,
  Tone
>;

/** What is asked about. `needMs` is how long the signer will be away. */
export type QuietAbout = {
  readonly chain: ChainName;
  /** As they are known; for those who read it. */
  readonly keys: readonly string[];
  readonly at: number;
  readonly needMs: number;
  readonly timezone: string;
};

const gweiPerEth = 1_000_000_000;

const inEth = ({ lowGwei, highGwei }: { readonly lowGwei: number; readonly highGwei: number }): string =>
  `${range(lowGwei / gweiPerEth, highGwei / gweiPerEth)} ETH`;

const isEthereum = ({ chain }: QuietAbout): boolean => chain === 'ethereum';

function tooShort(quiet: Quiet, about: QuietAbout): string {
  if (!isEthereum(about)) {
    return 'who proposes next cannot be worked out right after the validators have changed; ask again in some seconds';
  }
  const known = quiet.known === null ? 0 : quiet.known.endsAt - about.at;
  return `what is due is known for the next ${duration(known)} only, and it is to be away for ${duration(about.needMs)}`;
}

const inactive = (quiet: Quiet): string => [...new Set(quiet.standings)].join(', ');

/** Why, in a sentence without its end. */
const because = {
  'no-duty': (_quiet, about) =>
    isEthereum(about)
      ? `no proposal and no sync committee in the next ${duration(about.needMs)}`
      : `it does not propose any of the next ${nextHeights} blocks`,
  'nothing-to-lose': (quiet) => `there is nothing to lose, for it is not active: ${inactive(quiet)}`,
  proposal: (_quiet, about) =>
    isEthereum(about)
      ? `it has a block to propose within the next ${duration(about.needMs)}`
      : 'it is about to propose a block',
  'sync-committee': () => 'it is in the sync committee, which signs every slot',
  'not-finalizing': () =>
    'the chain does not finalize, and whoever is away then loses more with every epoch (inactivity leak)',
  'halts-without-us': () =>
    'without it the others have no more than two thirds of the votes, and the chain stops',
  stalled: () => 'no source has a new block: the chain stands still, and needs everybody to go on',
  'too-few-sources': (quiet) =>
    quiet.operators.length === 0
      ? 'no source could say; two operators are needed'
      : `only ${quiet.operators.join(', ')} could say; two operators are needed`,
  'sources-disagree': (quiet) => `the sources disagree (${quiet.operators.join(', ')})`,
  'unknown-key': () => 'the sources do not know all of its keys',
  'lookahead-too-short': tooShort,
} as const satisfies Record<QuietReason, (quiet: Quiet, about: QuietAbout) => string>;

export const quietWords = (quiet: Quiet, about: QuietAbout): string => because[quiet.because](quiet, about);

const nameOf = (key: string | undefined): string =>
  key === undefined ? '' : key.length > 12 ? `${key.slice(0, 10)}…` : key;

const when = (at: number, about: QuietAbout): string =>
  `${localTime(at, about.timezone)}, ${at <= about.at ? 'now' : `in ${duration(at - about.at)}`}`;

/** The time of a height is a guess. */
const about = (given: QuietAbout): string => (isEthereum(given) ? '' : 'about ');

function proposalLine(duty: TimedDuty, given: QuietAbout): string {
  const unit = isEthereum(given) ? 'slot' : 'height';
  return `next proposal: ${unit} ${duty.from}, ${about(given)}${when(duty.at, given)}, by ${nameOf(given.keys[duty.key])}`;
}

function syncLine(duty: TimedDuty, given: QuietAbout): string {
  const from = duty.at <= given.at ? '' : `from ${localTime(duty.at, given.timezone)} `;
  return `sync committee: ${nameOf(given.keys[duty.key])}, ${from}until ${localTime(duty.endsAt, given.timezone)}; missing it costs about ${inEth(missedSyncEpoch())} an epoch`;
}

function dutyLines({ duties, known, because: reason }: Quiet, given: QuietAbout): string[] {
  const proposals = duties.filter(({ kind }) => kind === 'proposal');
  const [next] = proposals;
  const more = proposals.length > 1 ? `; ${proposals.length - 1} more after it` : '';
  const last = known === null ? null : known.until - 1;
  const none =
    last === null || known === null || known.until <= known.from || reason === 'nothing-to-lose'
      ? []
      : [
          `next proposal: none up to ${isEthereum(given) ? 'slot' : 'height'} ${last}; what comes after is not known yet`,
        ];
  return [
    ...(next === undefined ? none : [`${proposalLine(next, given)}${more}`]),
    ...duties.filter(({ kind }) => kind === 'sync-committee').map((duty) => syncLine(duty, given)),
  ];
}

function timeLines({ quietUntil, better, known }: Quiet, given: QuietAbout): string[] {
  if (quietUntil !== null && !isEthereum(given)) {
    return [
      'nobody knows further ahead on such a chain than a few blocks: a stop is as good now as at any time, and misses its turns',
    ];
  }
  if (quietUntil !== null) {
    const isEnd = known !== null && quietUntil >= known.endsAt;
    const end = isEnd ? '; nobody knows yet what comes then' : '';
    return [`quiet until ${about(given)}${when(quietUntil, given)}${end}`];
  }
  if (better === null) return [];
  const then = isEthereum(given)
    ? `nothing is due for ${duration(given.needMs)} then`
    : `it does not propose the next ${nextHeights} blocks then`;
  return [
    `better from ${about(given)}${when(better.at, given)}; ${better.isSure ? then : 'ask again then, for what comes after is not known yet'}`,
  ];
}

const shortPercent = (share: number): string => `${(share * 100).toPrecision(2).replace(/\.0$/, '')} %`;

function costLines({ stakes, pace, because: reason }: Quiet, given: QuietAbout): string[] {
  const stake = stakes.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  if (stake <= 0 || pace === null || reason === 'nothing-to-lose') return [];
  if (isEthereum(given)) {
    // In an inactivity leak it is more with every epoch.
    if (reason === 'not-finalizing') return [];
    return [
      `attestations missed while it is away cost about ${inEth(missedEpoch(stake))} an epoch; nobody is slashed for them`,
    ];
  }
  const blocks = Math.round(given.needMs / pace.unitMs);
  const ours = (stake * blocks).toPrecision(2);
  const penalty =
    given.chain === 'berachain'
      ? 'and a stop costs only their rewards'
      : 'and many chains jail who misses too many: look up how many yours forgives';
  return [
    `it has ${shortPercent(stake)} of the voting power: of the ${blocks} blocks in ${duration(given.needMs)} about ${ours} are its own, ${penalty}`,
  ];
}

/** What there is to say beside the verdict, most important first. */
export const quietLines = (quiet: Quiet, given: QuietAbout): string[] => [
  ...timeLines(quiet, given),
  ...dutyLines(quiet, given),
  ...costLines(quiet, given),
];

// How a round of probes is shown: a table for people, JSON for scripts.
import type { Config } from '../functions/config/config.ts';
import type { TargetFact } from '../functions/domain/facts.ts';
import type { Latency, Sample } from '../functions/domain/sample.ts';
import { describeTarget } from '../functions/probes/describe.ts';
import { learnedWords } from '../functions/views/facts.ts';
import { localTime } from '../functions/views/time.ts';
import type { SiteNow } from './probe-now.ts';
import { table, type Cell } from './table.ts';
import type { Terminal } from './terminal.ts';
import { verdictTone } from '../functions/views/verdict.ts';
import { signingLines } from './signing-lines.ts';
import { qualityStyle } from './styles.ts';

const phases = ['total', 'dns', 'connect', 'tls', 'firstByte'] as const satisfies (keyof Latency)[];

const ms = (value: number | undefined): string => (value === undefined ? '' : `${Math.round(value)} ms`);

function learned(sample: Sample | undefined): string {
  if (sample === undefined) return 'was not probed';
  return sample.ok ? learnedWords(sample.facts) : sample.detail;
}

/** `what` is the probe in a few words. */
export type Answer = {
  readonly fact: TargetFact;
  readonly sample: Sample | undefined;
  readonly what: string;
};

/** The targets of a site with what was found, references included; with `only`, that one. */
export function answersOf(now: SiteNow, config: Config, only: string | undefined): Answer[] {
  const what = new Map(
    [...config.references, ...now.site.targets, ...now.site.sources.map(({ source }) => source)].map(
      (target) => [target.id, describeTarget(target)],
    ),
  );
  return now.facts.targets
    .filter(({ id }) => only === undefined || only === id)
    .map((fact) => ({ fact, sample: now.samples[fact.id], what: what.get(fact.id) ?? '' }));
}

function row({ fact, sample, what }: Answer): Cell[] {
  const latency: Latency | undefined = sample?.latencyMs;
  return [
    `  ${fact.role}`,
    fact.id,
    { style: qualityStyle[fact.quality], text: fact.reason ?? fact.quality },
    ...phases.map((phase) => ms(latency?.[phase])),
    what,
    learned(sample),
  ];
}

const header: Cell[] = [
  '  role',
  'target',
  'answer',
  'total',
  'dns',
  'connect',
  'tls',
  'first byte',
  'probe',
  'found',
].map((text) => ({ style: 'dim', text }));

/** `isWhole` is false when not all targets were probed: then there is no verdict. */
export function showAnswers(
  now: SiteNow,
  answers: readonly Answer[],
  options: { readonly terminal: Terminal; readonly isWhole: boolean },
): void {
  const { print, complain, timezone } = options.terminal;
  const { rules } = now.site;
  const { verdict, because } = now.judgement;
  const name = rules.name === rules.id ? rules.id : `${rules.id} (${rules.name})`;
  if (options.isWhole) {
    print(
      { style: 'strong', text: name },
      ': ',
      { style: verdictTone[verdict], text: verdict },
      `, ${because}`,
    );
  } else print({ style: 'strong', text: name }, ': no verdict, because only one target was probed');
  print(`  probed ${localTime(now.facts.at, timezone)}`);
  for (const line of table(header, answers.map(row))) print(...line);
  for (const failure of now.failures) complain({ style: 'bad', text: 'not probed' }, ` ${failure}`);
  // Signers were read back as far as silence needs, for there is no memory of them here.
  if (options.isWhole) for (const line of signingLines(now.facts, timezone)) print(...line);
  if (options.isWhole && rules.heartbeats.length > 0) {
    const isLeased = rules.targets.some(({ lease }) => lease !== null);
    const unseen = isLeased ? 'heartbeats, power and leased ports' : 'heartbeats and power';
    print({ style: 'dim', text: `  ${unseen} are not looked at here; see watchdog status` });
  }
  print('');
}

/** The same for scripts. */
export function jsonOf(now: SiteNow, answers: readonly Answer[], isWhole: boolean): object {
  const { rules } = now.site;
  return {
    site: rules.id,
    verdict: isWhole ? now.judgement.verdict : null,
    because: isWhole ? now.judgement.because : null,
    at: now.facts.at,
    targets: answers.map(({ fact, sample, what }) => ({
      id: fact.id,
      role: fact.role,
      probe: what,
      quality: fact.quality,
      reason: fact.reason,
      detail: fact.detail,
      latencyMs: sample?.latencyMs ?? null,
      facts: sample?.ok === true ? sample.facts : {},
    })),
    signers: isWhole ? now.facts.signers : [],
    chains: isWhole ? now.facts.chains : [],
    failures: now.failures,
  };
}

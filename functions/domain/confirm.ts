// The second look within a tick: what has changed is probed again before anybody believes it.
import type { Quality } from './facts.ts';
import { subjectKey } from './incident.ts';
import type { SiteState } from './memory.ts';
import type { SiteRules } from './policy.ts';
import { type Sample, saysNothing } from './sample.ts';

/** What an answer says of its target. Where our own run ended first, its port is not known, or nothing was asked, nothing is known. */
export function qualityOf(sample: Sample | undefined): Quality {
  if (sample === undefined) return 'unknown';
  if (sample.ok) return 'good';
  return saysNothing(sample.reason) ? 'unknown' : 'bad';
}

/**
 * What a target is believed to be, which is what its next answer is news against. A bad one is believed to be bad once an incident
 * of its own or of its site says so; while it is only suspected each bad answer gets its second look, and a good one clears it. A disputed
 * one is what it was before the dispute, so that whatever would end that gets its second look.
 */
export function believed(state: SiteState | null, id: string): Quality | undefined {
  const target = state?.facts.targets.find((candidate) => candidate.id === id);
  if (state === null || target === undefined) return undefined;
  const isOpenQuestion = target.quality === 'unknown' && target.witness?.word === 'disputed';
  if (target.quality !== 'bad' && !isOpenQuestion) return target.quality;
  // Nobody opens an incident for these, so there is nothing to wait for.
  if (target.role === 'chain' || target.role === 'reference') return target.quality;
  const subjects = [subjectKey({ kind: 'target', id }), subjectKey({ kind: 'site', id: state.site })];
  const isKnown = subjects.some((key) => {
    const { phase = 'suspected', kind } = state.subjects[key] ?? {};
    return phase !== 'suspected' && kind !== 'disputed';
  });
  return isKnown ? 'bad' : 'good';
}

/**
 * True when the witnesses are to be asked what they make of a target, of which `sample` is the first look: it failed or came back, if only from
 * a suspicion, or they saw something else of it than we did when they were last asked.
 */
export function isWitnessWanted(state: SiteState | null, id: string, sample: Sample): boolean {
  const target = state?.facts.targets.find((candidate) => candidate.id === id);
  const isDisputed = target?.witness?.word === 'disputed' && qualityOf(sample) !== 'unknown';
  return isDisputed || isNews(believed(state, id), sample) || isNews(target?.quality, sample);
}

/**
 * True when the witness is to be asked once more although nothing changed: the house is dark or cut off, a standby is wanted or will be, and of
 * a way in that is bad the witness has said nothing. One that was away at the first look must not keep a standby from being made for ever.
 */
export function isWordMissing(
  state: SiteState | null,
  { id, sample, rules }: { readonly id: string; readonly sample: Sample; readonly rules: SiteRules },
): boolean {
  const target = state?.facts.targets.find((candidate) => candidate.id === id);
  const { standby, signers } = rules;
  if (state === null || target?.role !== 'inbound' || standby === null || qualityOf(sample) !== 'bad')
    return false;
  const { word = 'silent' } = target.witness ?? {};
  const { phase = 'suspected', kind } = state.subjects[subjectKey({ kind: 'site', id: state.site })] ?? {};
  const isOut = phase === 'open' && (kind === 'dark' || kind === 'vpn-down');
  if (word !== 'silent' || !isOut) return false;
  return signers.some(
    (signer) => standby.chains.includes(signer.chain) && (state.wanted[signer.id]?.release ?? null) === null,
  );
}

/** True when a sample says something else than what is remembered. The first good answer of a new target needs no second look. */
export function isNews(before: Quality | undefined, sample: Sample): boolean {
  const now = qualityOf(sample);
  return now === 'good' ? before === 'bad' : now === 'bad' && before !== 'bad';
}

/**
 * The sample that counts after the second look. One good answer is enough to keep a good target good, for a single lost packet is
 * not an outage; and one bad answer is enough to keep a bad target bad, for a flapping one has not recovered.
 */
export function settleSamples(first: Sample, again: readonly Sample[]): Sample {
  const answers = again.filter((sample) => qualityOf(sample) !== 'unknown');
  return answers.find((sample) => sample.ok !== first.ok) ?? first;
}

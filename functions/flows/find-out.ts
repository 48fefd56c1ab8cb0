// Finds out how one site is: its targets, our own network before and after them, and what the house sent.
import { believed, qualityOf } from '../domain/confirm.ts';
import type { SiteEvent } from '../domain/event.ts';
import { type Findings, lastDarkAt } from '../domain/gather.ts';
import type { SiteState } from '../domain/memory.ts';
import { isRefusalWanted } from '../domain/observe-house.ts';
import type { SiteRules } from '../domain/policy.ts';
import { type Pulse, silence } from '../domain/pulse.ts';
import { refusedLately } from '../domain/refused.ts';
import type { Sample } from '../domain/sample.ts';
import { weigh } from '../domain/signing.ts';
import type { FlagRead } from '../domain/standby/key-flag.ts';
import { noLook } from '../domain/standby/standby-look.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { BoundProbe } from '../probes/probe.ts';
import type { Loaded, WatchStore } from '../stores/store.ts';
import { openQuestion } from './ask-witnesses.ts';
import { collectEvidence } from './collect-evidence.ts';
import { createEars, leasedProbes } from './leased-probes.ts';
import { probeRound, type Round } from './probe-round.ts';
import { readRecords } from './read-records.ts';
import type { SiteRun } from './watch-world.ts';

/** `pulse` is null when the inbox could not be read. `events` are what people said and no tick has taken in yet. */
export type HeardPulse = {
  readonly pulse: Pulse | null;
  /** Sources that we were refusing lately. */
  readonly refused: readonly string[];
  readonly events: readonly SiteEvent[];
  readonly problem: string | null;
};

/** What people said, asked for only when there is something. */
async function readEvents(
  store: Pick<WatchStore, 'loadEvents'>,
  site: string,
  waiting: number,
): Promise<Pick<HeardPulse, 'events' | 'problem'>> {
  if (waiting === 0) return { events: [], problem: null };
  try {
    const { events, broken } = await store.loadEvents(site);
    return { events, problem: broken.length === 0 ? null : broken.join('; ') };
  } catch (error) {
    return { events: [], problem: redactText(describeError(error)) };
  }
}

type Listened = Pick<WatchStore, 'loadHeard' | 'loadEvents' | 'loadPressure'>;

/** Sources that we were refusing lately; asked for only when one is missing. */
async function refusedSources(
  store: Listened,
  pulse: Pulse,
  rules: SiteRules,
  at: number,
): Promise<string[]> {
  if (!isRefusalWanted(pulse, rules, at)) return [];
  const sources = rules.heartbeats.map(({ source }) => source);
  return refusedLately(await store.loadPressure(), { id: rules.id, sources }, at);
}

/** The inbox being unreadable must not turn a living house dark: what was last heard counts until it is too old. */
export async function listen(store: Listened, rules: SiteRules, at: number): Promise<HeardPulse> {
  try {
    const heard = await store.loadHeard(rules.id);
    const { waiting, ...pulse } = heard ?? { ...silence, waiting: 0 };
    const [said, refused] = await Promise.all([
      readEvents(store, rules.id, waiting),
      refusedSources(store, pulse, rules, at),
    ]);
    return { pulse, refused, ...said };
  } catch (error) {
    return { pulse: null, refused: [], events: [], problem: redactText(describeError(error)) };
  }
}

/** A source has a tick's time for less than a target has for its looks, so that evidence never delays a page. */
const evidenceTimeoutMs = 8_000;

const isBad = (sample: Sample | undefined): boolean => qualityOf(sample) === 'bad';

/** Everything is looked at twice: what answers now is believed only as far as the second look agrees. */
function lookTwice(probes: readonly BoundProbe[], run: SiteRun): Promise<Round> {
  return probeRound(probes, () => 'good', { needs: run.needs, probing: run.site.rules.policy.probe });
}

/** Our own network is in doubt when no reference answers, when one answered only at the second look, or when we were blind. */
function isInDoubt(references: Round, state: SiteState | null): boolean {
  const samples = Object.values(references.samples);
  const noneAnswers = samples.length > 0 && samples.every(isBad);
  return noneAnswers || references.wavering.length > 0 || state?.judgement.verdict === 'blind';
}

/**
 * Bad news counts only if our own network worked before *and after* it: it may have gone, or come back, while we looked. The
 * references are asked again after bad news; and if our network was in doubt before, so are the bad targets.
 */
async function bracket(
  own: Round,
  references: Round,
  context: { readonly run: SiteRun; readonly loaded: Loaded },
): Promise<readonly Round[]> {
  const { run, loaded } = context;
  const state = loaded.memory?.state ?? null;
  const bad = run.site.probes.filter((probe) => isBad(own.samples[probe.id]));
  const inDoubt = isInDoubt(references, state);
  if (bad.length === 0 || (!inDoubt && bad.every((probe) => believed(state, probe.id) === 'bad')))
    return [references, own];
  const after = await lookTwice(run.world.references, run);
  const isStillGone = Object.values(after.samples).every(isBad);
  if (!inDoubt || isStillGone) return [references, own, after];
  return [references, own, after, await lookTwice(bad, run)];
}

/** A later round knows better than an earlier one, except where it was cut off: that says nothing. */
function latest(rounds: readonly Round[]): Record<string, Sample> {
  const samples: Record<string, Sample> = {};
  for (const [id, sample] of rounds.flatMap((round) => Object.entries(round.samples))) {
    if (qualityOf(sample) !== 'unknown' || samples[id] === undefined) samples[id] = sample;
  }
  return samples;
}

/** Never rejects for what was probed; `problems` says what could not be found out because of a bug, a secret or the inbox. */
export async function findOut(
  loaded: Loaded,
  pulse: Promise<HeardPulse>,
  given: SiteRun,
): Promise<Findings & { readonly events: readonly SiteEvent[]; readonly problems: readonly string[] }> {
  const { rules, sources } = given.site;
  const { store, clock } = given.world;
  const state = loaded.memory?.state ?? null;
  const ledger = state?.signing ?? {};
  const ears = createEars(
    pulse.then((heard) => heard.pulse),
    () => store.loadHeard(rules.id),
  );
  const { probes, portOf } = leasedProbes(given.site.probes, { rules, ears, state, clock });
  const run = { ...given, site: { ...given.site, probes } };
  const question = openQuestion(run, state, portOf);
  const signers = rules.signers.map(({ id }) => id);
  const [own, references, heard, evidence, flags] = await Promise.all([
    probeRound(run.site.probes, (id) => believed(state, id), {
      needs: run.needs,
      probing: rules.policy.probe,
      onFirstLook: question.onFirstLook,
    }),
    run.references(),
    pulse,
    collectEvidence(sources, { rules, ledger, needs: run.needs, timeoutMs: evidenceTimeoutMs }),
    signers.length === 0 ? new Map<string, FlagRead>() : run.world.keys.readFlags(signers),
  ]);
  const [rounds, recorded] = await Promise.all([
    bracket(own, references, { run, loaded }),
    readRecords(run.world.store, flags),
  ]);
  return {
    at: run.at,
    samples: { ...latest(rounds), ...evidence.samples },
    pulse: await ears.heard(),
    refused: heard.refused,
    witness: await question.voices(),
    delivery: null,
    flags: Object.fromEntries(flags),
    records: recorded.records,
    standbys: noLook,
    events: heard.events,
    signing: weigh(ledger, rules, {
      readings: evidence.readings,
      at: run.at,
      lastDarkAt: lastDarkAt(state),
    }),
    problems: [
      ...new Set([...rounds.flatMap((round) => round.failures), ...evidence.failures]),
      ...(heard.problem === null ? [] : [heard.problem]),
      ...recorded.problems,
      ...[...flags].flatMap(([, read]) => (read.isReadable ? [] : [read.why])),
    ],
  };
}

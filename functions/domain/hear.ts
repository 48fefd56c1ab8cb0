// What one message from the house changes of what is known of it. Untrusted: only what comes by an exit proves anything good.
import { powerStates, type PowerState } from './facts.ts';
import { type JudgedPort, reportAfter } from './lease.ts';
import type { Alert, Beat, FenceReport, FenceWord, Pulse, Stranger, UpsPower } from './pulse.ts';
import { compareSeverity, type Severity } from './severity.ts';

/** Where a message came from; of an address that is no exit's, its network. */
export type Origin =
  | { readonly kind: 'exit' }
  | { readonly kind: 'stranger'; readonly network: string; readonly isOfProvider: boolean };

/** One message of a sender in the house. */
export type Word = {
  readonly source: string;
  /** When it was received. */
  readonly at: number;
  /** When it was sent, by the clock of its sender; null when it does not say. */
  readonly sentAt: number | null;
  readonly origin: Origin;
  /** `lives`: it is there, and says nothing of whether all is well. */
  readonly says: 'well' | 'begins' | 'fails' | 'lives';
  /** The exit code and the last words of what failed. */
  readonly failure: { readonly code: number | null; readonly text: string } | null;
  readonly power: readonly {
    readonly ups: string;
    readonly state: PowerState;
    readonly charge: number | null;
    readonly runtimeMs: number | null;
  }[];
  readonly alerts: readonly (Omit<Alert, 'toldAt'> & { readonly isFiring: boolean })[];
  readonly fences: readonly FenceWord[];
  readonly ports: readonly JudgedPort[];
};

/** A plain word that all is well, sent by an exit as it was received. */
export const wellAt = (source: string, at: number): Word => ({
  source,
  at,
  sentAt: null,
  origin: { kind: 'exit' },
  says: 'well',
  failure: null,
  power: [],
  alerts: [],
  fences: [],
  ports: [],
});

/** How many of each are kept of a site, so that its document stays small whatever is sent. */
export const most = { ups: 4, alerts: 50, strangers: 8, instances: 4, ports: 64 } as const;

const hourMs = 3_600_000;
/** Whoever repeats its alerts does it within hours; one that is not repeated has been forgotten by its sender. */
const alertForgottenMs = 12 * hourMs;
const forgottenMs = 7 * 24 * hourMs;
/** Messages overtake each other by seconds; whatever comes later than this after another is newer, whatever its clock says. */
const overtakenMs = 60_000;

const isProof = (word: Word): boolean => word.origin.kind === 'exit';

const newest = (a: number | null, b: number): number => (a === null ? b : Math.max(a, b));

const silent: Beat = {
  heardAt: Number.MIN_SAFE_INTEGER,
  sentAt: null,
  okAt: null,
  startedAt: null,
  failure: null,
  clockBehindMs: 0,
};

function beatAfter(before: Beat = silent, word: Word): Beat {
  const { at, sentAt, says, failure } = word;
  // Nothing that we have was sent later than now; and a clock that is behind shows no life, for it could be an old message.
  const actAt = Math.min(sentAt ?? at, at);
  const isEnd = says === 'well' || says === 'fails';
  return {
    heardAt: Math.max(before.heardAt, at),
    sentAt: isProof(word) ? newest(before.sentAt, actAt) : before.sentAt,
    okAt: isProof(word) && says === 'well' ? newest(before.okAt, at) : before.okAt,
    startedAt: says === 'begins' ? at : isEnd ? null : before.startedAt,
    failure:
      says === 'fails'
        ? { at, code: failure?.code ?? null, text: failure?.text ?? '' }
        : says === 'well' && isProof(word)
          ? null
          : before.failure,
    clockBehindMs: sentAt === null ? before.clockBehindMs : at - sentAt,
  };
}

const gravity = (state: PowerState): number => powerStates.indexOf(state);

/** Null when the word was overtaken by a newer one, or proves nothing. */
function upsAfter(before: UpsPower | undefined, said: Word['power'][number], word: Word): UpsPower | null {
  const { at, sentAt: saidAt } = word;
  const { state, charge, runtimeMs } = said;
  if (before !== undefined) {
    const wasOvertaken =
      saidAt !== null && before.saidAt !== null && saidAt < before.saidAt && at - before.at < overtakenMs;
    if (wasOvertaken || at < before.at) return null;
  }
  if (!isProof(word) && gravity(state) <= gravity(before?.state ?? 'online')) return null;
  const since = state === 'online' ? null : (before?.since ?? at);
  return { state, at, since, charge, runtimeMs, saidAt };
}

function powerAfter(before: Pulse['power'], word: Word): Pulse['power'] {
  const power = { ...before };
  for (const said of word.power) {
    const next = upsAfter(power[said.ups], said, word);
    if (next !== null) power[said.ups] = next;
  }
  const newestFirst = Object.entries(power).toSorted(([, a], [, b]) => b.at - a.at);
  return Object.fromEntries(newestFirst.slice(0, most.ups));
}

function alertsAfter(before: Pulse, word: Word): Pick<Pulse, 'alerts' | 'moreAlerts'> {
  const { at } = word;
  const alerts = new Map(
    before.alerts.filter((alert) => at - alert.toldAt < alertForgottenMs).map((alert) => [alert.id, alert]),
  );
  const heard = word.alerts.filter(({ isFiring }) => isFiring || isProof(word));
  // Of what a message says of one alert the last counts, so that the message means the same when it comes again.
  for (const { isFiring, ...alert } of new Map(heard.map((each) => [each.id, each])).values()) {
    if (isFiring) {
      const since = Math.min(alert.since, alerts.get(alert.id)?.since ?? at, at);
      alerts.set(alert.id, { ...alert, since, toldAt: at });
    } else {
      alerts.delete(alert.id);
    }
  }
  const gravest = [...alerts.values()].toSorted(
    (a, b) => compareSeverity(b.severity, a.severity) || a.since - b.since,
  );
  const over = gravest.length - most.alerts;
  // As long as there are too many nobody knows that those beside them are over: they are not kept.
  return {
    alerts: gravest.slice(0, most.alerts),
    moreAlerts: over < 0 ? 0 : Math.max(over, before.moreAlerts),
  };
}

function strangersAfter(before: readonly Stranger[], word: Word): Stranger[] {
  const { at, origin } = word;
  const recent = before.filter((each) => at - each.at < forgottenMs);
  if (origin.kind === 'exit') return recent;
  const known = recent.find(({ network }) => network === origin.network);
  const { network, isOfProvider } = origin;
  const seen: Stranger = { network, isOfProvider, at, before: known?.at ?? null };
  return [seen, ...recent.filter((each) => each !== known)].slice(0, most.strangers);
}

/** Its version and isolation time are good news: from elsewhere they are believed only as far as they repeat what was proven. */
function described(
  before: FenceReport | undefined,
  said: FenceWord,
  word: Word,
): Pick<FenceReport, 'version' | 'isolationMs' | 'describedAt'> {
  const { version, isolationMs } = said;
  const isSame = before?.version === version && before.isolationMs === isolationMs;
  if (version === null || isolationMs === null || (!isSame && !isProof(word))) {
    const isHeard = isProof(word);
    return {
      version: isHeard ? version : null,
      isolationMs: isHeard ? isolationMs : null,
      describedAt: null,
    };
  }
  return { version, isolationMs, describedAt: isSame ? before.describedAt : word.at };
}

/** That a person broke the glass is kept although the next word does not say so: somebody has to be told. */
function brokeGlassAt(before: FenceReport | undefined, said: FenceWord, at: number): number | null {
  if (!said.breakGlass) return before?.brokeGlassAt ?? null;
  const isSame = before?.breakGlass === true && before.generation === said.generation;
  return isSame ? (before.brokeGlassAt ?? at) : at;
}

const isSameFence = (one: FenceWord | FenceReport, other: FenceWord | FenceReport): boolean =>
  one.signer === other.signer && one.instance === other.instance;

/** One word for each fence: where a message says two things of one, what is worse counts. */
const oneEach = (fences: readonly FenceWord[]): readonly FenceWord[] =>
  fences.reduce<readonly FenceWord[]>((all, said) => {
    const other = all.find((each) => isSameFence(each, said));
    if (other === undefined) return [...all, said];
    const worse = {
      ...said,
      isRunning: said.isRunning || other.isRunning,
      breakGlass: said.breakGlass || other.breakGlass,
    };
    return all.map((each) => (each === other ? worse : each));
  }, []);

function fencesAfter(before: readonly FenceReport[], word: Word): FenceReport[] {
  let fences = before.filter((each) => word.at - each.at < forgottenMs);
  for (const said of oneEach(word.fences)) {
    // That something does not run is good news, and so is a newer generation: only what comes by an exit proves either.
    if (!isProof(word) && !said.isRunning) continue;
    const known = fences.find((each) => isSameFence(each, said));
    const report: FenceReport = {
      ...said,
      ...described(known, said, word),
      // That the glass is whole is good news as well.
      breakGlass: said.breakGlass || (!isProof(word) && known?.breakGlass === true),
      at: word.at,
      brokeGlassAt: brokeGlassAt(known, said, word.at),
    };
    fences = [report, ...fences.filter((each) => !isSameFence(each, said))];
  }
  const count = new Map<string, number>();
  return fences.filter(({ signer }) => {
    const place = (count.get(signer) ?? 0) + 1;
    count.set(signer, place);
    return place <= most.instances;
  });
}

/** What may be used takes the place of what was told before; what may not is evidence, and changes nothing else. */
function portsAfter(before: Pulse, word: Word): Pick<Pulse, 'ports' | 'refusedPorts'> {
  const { at, sentAt, source } = word;
  const reports = new Map(before.ports.map((report) => [report.target, report]));
  const refused = new Map(
    before.refusedPorts.filter((each) => at - each.at < forgottenMs).map((each) => [each.target, each]),
  );
  for (const { refusal, ...told } of word.ports) {
    const { target, port } = told;
    const why = refusal ?? (isProof(word) ? null : 'not-from-exit');
    if (why === null) reports.set(target, reportAfter(reports.get(target), told, { at, sentAt }));
    else refused.set(target, { target, source, port, at, why });
  }
  const newestFirst = (a: { readonly at: number }, b: { readonly at: number }): number => b.at - a.at;
  return {
    ports: [...reports.values()].toSorted(newestFirst).slice(0, most.ports),
    refusedPorts: [...refused.values()].toSorted(newestFirst).slice(0, most.ports),
  };
}

/** What is known of the house after a message. A message that comes twice changes nothing more than its times. */
export function hear(before: Pulse, word: Word): Pulse {
  return {
    beats: { ...before.beats, [word.source]: beatAfter(before.beats[word.source], word) },
    power: powerAfter(before.power, word),
    ...alertsAfter(before, word),
    strangers: strangersAfter(before.strangers, word),
    fences: fencesAfter(before.fences, word),
    ...portsAfter(before, word),
  };
}

const firing = (pulse: Pulse): ReadonlyMap<string, Severity> =>
  new Map(pulse.alerts.map(({ id, severity }) => [id, severity]));

const powerWords = ({ power }: Pulse): string =>
  Object.entries(power)
    .map(([ups, { state }]) => `${ups} ${state}`)
    .toSorted()
    .join();

const fenceWords = ({ fences }: Pulse): string =>
  fences
    .map((each) =>
      [each.signer, each.instance, each.generation, each.isRunning, each.brokeGlassAt ?? 'whole'].join(' '),
    )
    .toSorted()
    .join();

const failures = ({ beats }: Pulse): string =>
  Object.entries(beats)
    .flatMap(([source, { failure }]) => (failure === null ? [] : [source]))
    .toSorted()
    .join();

/** True when somebody may have to be told of what has changed, so that it must not wait for the next tick. */
export function isNews(before: Pulse, after: Pulse): boolean {
  const known = firing(before);
  const now = firing(after);
  return (
    powerWords(before) !== powerWords(after) ||
    [...now].some(([id, severity]) => known.get(id) !== severity) ||
    [...known.keys()].some((id) => !now.has(id)) ||
    failures(before) !== failures(after) ||
    after.strangers.some((each) => !before.strangers.includes(each)) ||
    fenceWords(before) !== fenceWords(after)
  );
}

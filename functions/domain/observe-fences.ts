// What the fences of validator clients say: two that run with the keys of one signer, one that runs and is not the holder, and a broken glass.
import { doubt } from './doubt.ts';
import type { Subject } from './incident.ts';
import type { Observation } from './machine.ts';
import type { SiteRules } from './policy.ts';
import type { FenceReport, Pulse } from './pulse.ts';
import { type FlagRead, holderText, type KeyFlag } from './standby/key-flag.ts';

type Observed = { readonly subject: Subject; readonly observation: Observation };

type Given = {
  readonly rules: Pick<SiteRules, 'id' | 'signers'>;
  readonly at: number;
  /** When a person last stated the cause of a subject; null when nobody did. */
  readonly clearedAt: (subject: Subject) => number | null;
};

const good: Observation = { status: 'good' };
const unknown: Observation = { status: 'unknown' };

const freshMs = 3 * 60_000;
/** A fence asks the gate at least so often: until then it may not know that the keys were taken away. */
const pollMs = 60_000;

const line = ({ instance, generation }: FenceReport): string =>
  `instance ${instance}, generation ${generation}`;

const isFresh = (report: FenceReport, at: number): boolean => at - report.at <= freshMs;

function running(reports: readonly FenceReport[], since: number, at: number): FenceReport[] {
  return reports.filter((each) => each.isRunning && each.at > since && isFresh(each, at));
}

function observeTwo(reports: readonly FenceReport[], since: number, at: number): Observation {
  const now = running(reports, since, at);
  if (now.length >= 2) {
    return doubt(
      'two-fences',
      'two instances run with the keys of one signer: stop one of them NOW, it may sign twice',
      now.map(line),
    );
  }
  return reports.some((each) => isFresh(each, at)) ? good : unknown;
}

function observeGlass(reports: readonly FenceReport[], since: number): Observation {
  const broken = reports.filter(({ brokeGlassAt }) => brokeGlassAt !== null && brokeGlassAt > since);
  if (broken.length === 0) return reports.length === 0 ? unknown : good;
  return doubt(
    'break-glass-used',
    'a client was started past the gate, by hand: make sure NOW that no other one runs with these keys',
    broken.map(line),
  );
}

/** What fences say by themselves, whoever holds the keys: for each signer whether two run, and whether the glass was broken. */
export function observeFences({ fences }: Pulse, { rules, at, clearedAt }: Given): Observed[] {
  const sinceOf = (subject: Subject): number => clearedAt(subject) ?? Number.NEGATIVE_INFINITY;
  return rules.signers.flatMap(({ id }) => {
    const two: Subject = { kind: 'fence', id };
    const glass: Subject = { kind: 'break-glass', id };
    const reports = fences.filter(({ signer }) => signer === id);
    return [
      { subject: two, observation: observeTwo(reports, sinceOf(two), at) },
      { subject: glass, observation: observeGlass(reports, sinceOf(glass)) },
    ];
  });
}

function isHolder({ holder, instance }: KeyFlag, report: FenceReport, site: string): boolean {
  switch (holder.kind) {
    case 'none':
      return false;
    case 'basement':
      return holder.site === site && (instance === null || report.instance === instance);
    case 'node':
      return report.instance === instance;
  }
}

/** True when it is too early to hold it against a fence: what it said was said before the keys were taken away, or before it asked again. */
function isUnderWay({ since, generation }: KeyFlag, report: FenceReport): boolean {
  return report.at <= since || (report.generation < generation && report.at <= since + pollMs);
}

/** What `take` writes down of the other side. */
const sworn = /^fenced: powered-off,/;

/** Fences of a machine that a person has called powered off when the keys were given away: it is on again, and asks. */
function returned(reports: readonly FenceReport[], flag: KeyFlag, site: string): FenceReport[] {
  if (flag.holder.kind === 'none' || !flag.evidence.some((each) => sworn.test(each))) return [];
  return reports.filter((each) => !isHolder(flag, each, site) && each.at > flag.since + pollMs);
}

function observeZombie(
  reports: readonly FenceReport[],
  read: FlagRead | undefined,
  { site, signer, since, at }: { site: string; signer: string; since: number; at: number },
): Observation {
  if (read?.isReadable !== true) return unknown;
  const { flag } = read;
  // Nothing was ever handed over: whoever runs there has always run.
  if (flag === null) return good;
  const zombies = running(reports, since, at).filter(
    (each) => !isHolder(flag, each, site) && !isUnderWay(flag, each),
  );
  const who = flag.holder.kind === 'none' ? 'nobody' : holderText(flag.holder);
  if (zombies.length === 0) {
    const fresh = reports.filter((each) => isFresh(each, at));
    // Whoever has stated why it is on knows of it as long as the keys are where they are; it goes on asking.
    const back = since > flag.since ? [] : returned(fresh, flag, site);
    if (back.length === 0) return fresh.length > 0 ? good : unknown;
    return doubt(
      'zombie-held',
      `a machine at ${site} that was said to be powered off is on again; its client is held back by its fence and by nothing else: pull its plug, and keep it out`,
      [`${who} holds the keys, generation ${flag.generation}`, ...back.map((each) => `asks: ${line(each)}`)],
    );
  }
  return doubt(
    'zombie',
    `a client runs at ${site} with keys that it does not hold: stop it NOW (kubectl scale statefulset ${signer} --replicas=0), then pull the plug`,
    [`${who} holds them, generation ${flag.generation}`, ...zombies.map((each) => `runs: ${line(each)}`)],
  );
}

/** Fences that run beside the holder that the flags name, or whose machine is on although it was said to be off: one subject for each signer. Nothing when the inbox could not be read. */
export function observeZombies(
  pulse: Pulse | null,
  flags: Readonly<Record<string, FlagRead>>,
  { rules, at, clearedAt }: Given,
): Observed[] {
  if (pulse === null) return [];
  return rules.signers.map(({ id: signer }) => {
    const subject: Subject = { kind: 'zombie', id: signer };
    const reports = pulse.fences.filter((each) => each.signer === signer);
    const since = clearedAt(subject) ?? Number.NEGATIVE_INFINITY;
    const observation = observeZombie(reports, flags[signer], { site: rules.id, signer, since, at });
    return { subject, observation };
  });
}

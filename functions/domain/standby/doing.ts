// How a standby comes along, as it is told to people: its stage, one line about it, and what of that is news. Pure.
import type { Doing } from '../incident.ts';
import { briefly } from '../lasting.ts';
import { spentWords } from './spent.ts';
import {
  mayPass,
  type NodeReport,
  type Refusal,
  type RefusalReason,
  refusals,
  type Seen,
  type Tried,
} from './standby.ts';
import type { ReleaseReason, Wanted } from './want.ts';

/** `isNews`: people are told of it by itself. `note` is what the timeline says of it instead of the text. */
type Said = {
  readonly stage: string;
  readonly text: string;
  readonly isNews: boolean;
  readonly note: string | null;
};

/** So long a node may sync without saying how long it will take, before it is told of without that. */
const untilToldMs = 5 * 60_000;

const noRoom = /^ZONE_RESOURCE_POOL_EXHAUSTED|stockout/i;
const noQuota = /quota/i;

/** Why the next place is tried, e.g. `no capacity in europe-west3-a`. */
function failureOf({ code, zone, region }: Tried): string {
  if (noRoom.test(code)) return `no capacity in ${zone}`;
  return noQuota.test(code) ? `no quota in ${region}` : `refused in ${zone} (${code})`;
}

/** Of the zone before the one in which it is; null when that was the first. */
function detourOf({ tried }: Seen, zone: string): string | null {
  const last = tried.at(-1);
  return last === undefined || last.zone === zone ? null : failureOf(last);
}

const isInTheMaking = (before: Doing | undefined): boolean =>
  before !== undefined && /^(?:creating|booting)/.test(before.stage);

function creating(seen: Seen, before: Doing | undefined): Said {
  const zone = seen.attempt?.zone ?? 'the cloud';
  const detour = detourOf(seen, zone);
  return {
    stage: `creating ${zone}`,
    text: `is being created in ${zone}${detour === null ? '' : ` (${detour})`}`,
    // That it is tried elsewhere is told with the next news.
    isNews: !isInTheMaking(before),
    note: detour === null ? null : `${detour}, now trying ${zone}`,
  };
}

function booting(seen: Seen, before: Doing | undefined): Said {
  const zone = seen.node?.zone ?? seen.attempt?.zone ?? 'the cloud';
  const detour = detourOf(seen, zone);
  return {
    stage: 'booting',
    text: `is booting in ${zone}${detour === null ? '' : ` (${detour})`}`,
    // Compute is often faster than our looks.
    isNews: !isInTheMaking(before),
    note: null,
  };
}

function syncWords(report: NodeReport | null): string {
  const percent = report?.percent ?? null;
  const etaMs = report?.etaMs ?? null;
  return [
    'is syncing',
    ...(percent === null ? [] : [`${Math.floor(percent)} %`]),
    ...(etaMs === null ? [] : [`about ${briefly(etaMs)} left`]),
  ].join(', ');
}

function syncing({ report, phaseSince }: Seen, before: Doing | undefined, at: number): Said {
  const isTelling =
    before?.stage === 'syncing' || (report?.etaMs ?? null) !== null || at - phaseSince >= untilToldMs;
  return {
    stage: isTelling ? 'syncing' : 'sync begun',
    text: syncWords(report),
    isNews: isTelling,
    note: null,
  };
}

const quiet = (stage: string, text: string): Said => ({ stage, text, isNews: false, note: null });
const news = (stage: string, text: string): Said => ({ stage, text, isNews: true, note: null });

function ofNothing({ release }: Wanted): Said {
  return release === null
    ? quiet('wanted', 'is wanted, and nothing is made yet')
    : quiet('gone', 'is not wanted any more, and none was made');
}

function ofPhase(wanted: Wanted, seen: Seen, before: Doing | undefined, at: number): Said {
  switch (seen.phase) {
    case 'waiting':
      return ofNothing(wanted);
    case 'creating':
      return creating(seen, before);
    case 'booting':
      return booting(seen, before);
    case 'syncing':
      return syncing(seen, before, at);
    case 'synced':
      return news('synced', 'is synced');
    case 'releasing':
      return releasing(wanted);
    case 'gone': {
      const spent = spentWords(seen, at);
      return news('gone', spent === null ? 'is gone' : `is gone, ${spent}`);
    }
    case 'failed':
      return news('failed', 'has failed, and a person has to look at it');
  }
}

const stageOf = (reason: RefusalReason): string => `refused ${reason}`;
const passing: readonly string[] = refusals.filter(mayPass).map(stageOf);

/** That another reason which may pass keeps it from being made is no news to whoever knows of one. */
function refused({ reason, text }: Refusal, before: Doing | undefined): Said {
  const stage = stageOf(reason);
  const isKnown = before !== undefined && passing.includes(before.stage) && passing.includes(stage);
  return { stage, text: `is not made: ${text}`, isNews: !isKnown, note: null };
}

const endWords: Readonly<Record<ReleaseReason, string>> = {
  stable: 'the house is stable',
  person: 'somebody released it',
  expired: 'its time is over',
  inactive: 'its signer is not active any more',
  'not-configured': 'it is not configured any more',
};

/** That it goes for another reason than what everybody waits for is news. */
function releasing({ release }: Wanted): Said {
  if (release === null) return quiet('releasing', 'is being deleted');
  const { reason } = release;
  const isExpected = reason === 'stable' || reason === 'person';
  return {
    stage: 'releasing',
    text: `is being deleted: ${endWords[reason]}`,
    isNews: !isExpected,
    note: null,
  };
}

function said(wanted: Wanted, seen: Seen | null, before: Doing | undefined, at: number): Said {
  if (seen === null) return ofNothing(wanted);
  if (seen.phase === 'gone') return ofPhase(wanted, seen, before, at);
  // Of what only a person can put right an incident of its own tells.
  if (seen.trouble !== null) return quiet('needs you', `needs you: ${seen.trouble.text}`);
  const isRefused = seen.refusal !== null && seen.node === null && wanted.release === null;
  if (isRefused) return refused(seen.refusal, before);
  return ofPhase(wanted, seen, before, at);
}

const longestLine = 300;

/**
 * What is to be shown of a standby now, and what the timeline notes when that is another stage than before (else null). A stage that is no
 * news does not make unsaid what was.
 */
export function doingOf(
  wanted: Wanted,
  seen: Seen | null,
  context: { readonly before: Doing | undefined; readonly at: number },
): { readonly doing: Doing; readonly note: string | null } {
  const { before, at } = context;
  const { stage, text, isNews, note } = said(wanted, seen, before, at);
  const isSame = before?.stage === stage;
  const name = `standby of ${wanted.signer}`;
  const line = `${name} ${text}`.slice(0, longestLine);
  const isTold = isSame ? before.isTold : !isNews && (before?.isTold ?? true);
  return {
    doing: { stage, line, isTold },
    note: isSame ? null : note === null ? line : `${name}: ${note}`,
  };
}

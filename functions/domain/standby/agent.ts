// What is made of the words of a node's agent: phases, progress, and doubts that stay as long as the node does.
import { inPhase } from './phase.ts';
import type { Heard } from './situation.ts';
import type { Doubt, NodeReport, Phase, Seen } from './standby.ts';

/** An agent's clock may be ahead of ours by so much. */
export const aheadMs = 2 * 60_000;

function doubtOf(heard: Heard, at: number, isHolder: boolean): Doubt | null {
  if (heard.kind === 'nothing') return null;
  if (heard.kind === 'malformed') {
    return { kind: 'malformed', text: `its agent publishes what cannot be read: ${heard.text}`, since: at };
  }
  const { report } = heard;
  // A person has given it the keys, and said so.
  if (report.keys === 'present' && !isHolder) {
    return { kind: 'keys-present', text: 'its agent says that key material is on it', since: at };
  }
  if (report.at > at + aheadMs) {
    return { kind: 'from-the-future', text: 'its agent publishes a time that is not yet', since: at };
  }
  return null;
}

/** A report of an earlier time than the last, or of one that is not yet, is no news. */
const isNews = ({ report: last }: Seen, report: NodeReport, at: number): boolean =>
  report.at <= at + aheadMs && (last === null || report.at >= last.at);

/** The agent has said since the doubt that no keys are there; with that a person may have cleared it. */
function wasAbsent(seen: Seen, doubt: Doubt, heard: Heard, at: number): boolean {
  const { report: last } = seen;
  if (last === null || last.keys !== 'absent') return false;
  // What is no news does not take the last word's place, and would be seen again in each look.
  return last.at > doubt.since || (heard.kind === 'report' && isNews(seen, heard.report, at));
}

/** The first doubt stays; only keys that are there are graver than what cannot be read, and what is seen again is seen from then on. */
function graver(seen: Seen, now: Doubt | null, heard: Heard, at: number): Doubt | null {
  const { doubt: before } = seen;
  if (before === null || now === null) return before ?? now;
  if (now.kind === before.kind) return wasAbsent(seen, before, heard, at) ? now : before;
  return now.kind === 'keys-present' ? now : before;
}

const order = ['failing', 'starting', 'syncing', 'synced', 'wiped'];

/** A node that is where it should be makes progress by saying that it is. */
function hasProgressed(before: NodeReport | null, now: NodeReport): boolean {
  if (before === null) return true;
  if (now.state === 'synced' || now.state === 'wiped') return now.at > before.at;
  if (order.indexOf(now.state) > order.indexOf(before.state)) return true;
  const isMore = (a: number | null, b: number | null): boolean => a !== null && (b === null || a > b);
  return isMore(now.percent, before.percent) || isMore(now.head, before.head);
}

/**
 * Takes over what the agent says. `isHolder`: the flag names this node, so that keys are meant to be on it. A report from the future or of an earlier
 * time than the last is no news; of its doubts all is taken.
 */
export function withAgent(seen: Seen, heard: Heard | null, at: number, isHolder = false): Seen {
  if (heard === null) return seen;
  const doubt = graver(seen, doubtOf(heard, at, isHolder), heard, at);
  const hasKeys = heard.kind === 'report' && heard.report.keys === 'present';
  const hasHeldKeys = seen.hasHeldKeys || hasKeys || doubt?.kind === 'keys-present';
  const next: Seen = { ...seen, doubt, hasHeldKeys };
  if (heard.kind !== 'report' || !isNews(seen, heard.report, at)) return next;
  const { report } = heard;
  return { ...next, report, progressAt: hasProgressed(seen.report, report) ? at : seen.progressAt };
}

const phaseByState: Readonly<Record<NodeReport['state'], Phase | null>> = {
  starting: 'booting',
  syncing: 'syncing',
  synced: 'synced',
  // Nothing that is to be used wipes itself.
  wiped: null,
  failing: null,
};

/** The phase of a node that is there and wanted. One that fails stays where it was. */
export function inPhaseOfReport(seen: Seen, at: number): Seen {
  const said = seen.report === null ? 'booting' : phaseByState[seen.report.state];
  const isUnderWay = seen.phase === 'syncing' || seen.phase === 'synced';
  return inPhase(seen, said ?? (isUnderWay ? seen.phase : 'booting'), at);
}

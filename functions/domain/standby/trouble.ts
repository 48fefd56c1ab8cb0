// What of a standby only a person can put right, as it stands now; the gravest first.
import { askAgain, classOf, troubleOf } from './code.ts';
import { nodeShown, type Situation } from './situation.ts';
import { whyKept } from './release.ts';
import { labels } from './rules.ts';
import type { NodeSeen, Seen, Trouble } from './standby.ts';

type Told = Pick<Trouble, 'kind' | 'text'>;

const stoppedStatuses = ['TERMINATED', 'STOPPED', 'SUSPENDED'];
/** A node that is to go is kept this long for want of a word of its agent, or of who holds the keys, before people are told. */
const patienceMs = 5 * 60_000;

/** By which a node is known as the one that an attempt made. */
const ownLabels = (
  { attempt }: Seen,
  { rules, signer }: Situation,
): readonly (readonly [string, string])[] => [
  [labels.ours, rules.prefix],
  [labels.signer, signer],
  ...(attempt === null ? [] : [[labels.attempt, String(attempt.n)] as const]),
];

function ofNode(seen: Seen, node: NodeSeen, situation: Situation): Told | null {
  const { at, rules } = situation;
  const where = `${node.zone}/${node.name}`;
  if (stoppedStatuses.includes(node.status)) {
    const text = `the node is ${node.status}, and nothing here starts it: gcloud compute instances start ${node.name} --zone ${node.zone} --project ${rules.project}`;
    return { kind: 'stopped', text };
  }
  if (node.hasFuse !== (situation.purpose === 'drill')) {
    const text = node.hasFuse
      ? `${where} is preemptible or has a time at which Compute ends it; correct the instance template, and do not move keys to it`
      : `${where} is of a drill and has no time at which Compute ends it; correct the drill's instance template`;
    return { kind: 'fused', text };
  }
  const lost = ownLabels(seen, situation).filter(([label, value]) => node.labels[label] !== value);
  if (lost.length > 0) {
    const written = lost.map(([label, value]) => `${label}=${value}`).join(',');
    const text = `the node ${where} does not carry our labels any more, so that software neither finds nor deletes it; put them back: gcloud compute instances add-labels ${node.name} --labels ${written} --zone ${node.zone} --project ${rules.project}`;
    return { kind: 'foreign', text };
  }
  if (situation.purpose === 'standby' && seen.report?.state === 'wiped') {
    const text = `${where} says that it has wiped itself, as the node of a drill does; correct the instance template`;
    return { kind: 'stuck', text };
  }
  return at - (seen.progressAt ?? seen.phaseSince) >= rules.stuckAfterMs
    ? { kind: 'stuck', text: `the node ${where} has come no further, or has said nothing, for too long` }
    : null;
}

function ofRelease(seen: Seen, node: NodeSeen | null, situation: Situation): Told | null {
  const { at, rules, signer, flag, heard } = situation;
  const isLong = at - seen.phaseSince >= rules.stuckAfterMs;
  if (node !== null && (seen.deletion?.operation ?? null) === null) {
    const report = heard?.kind === 'report' ? seen.report : null;
    const kept = whyKept(
      { node, signer, flag, report, doubt: seen.doubt, hasHeldKeys: seen.hasHeldKeys },
      rules,
      at,
    );
    const isSilence =
      kept?.kind === 'keys-not-absent' && report === null && seen.doubt === null && !seen.hasHeldKeys;
    // Who could not be asked just now is asked again in a minute.
    const isUnknown = isSilence || kept?.kind === 'flag-unreadable';
    if (kept !== null) return isUnknown && at - seen.phaseSince < patienceMs ? null : kept;
  }
  return isLong
    ? { kind: 'stuck', text: 'it is not wanted any more, and is not gone yet, for too long' }
    : null;
}

function ofCreation(seen: Seen, { at, rules, signer, purpose }: Situation): Told | null {
  const { attempt } = seen;
  if (attempt === null) return null;
  if (attempt.refused !== null && classOf(attempt.refused) === 'stop') {
    return troubleOf(attempt.refused, {
      project: rules.project,
      doing: 'the creation of the node',
      again: askAgain(signer, purpose),
    });
  }
  return at - attempt.at >= rules.stuckAfterMs && seen.refusal === null
    ? { kind: 'stuck', text: `the creation of ${attempt.zone}/${attempt.name} does not end` }
    : null;
}

/** What a deletion met stays until it goes through; of what a look cannot see nothing is forgotten. */
const ofDeletion: readonly Trouble['kind'][] = ['permission', 'rejected', 'unknown-error'];

function told(seen: Seen, situation: Situation): Told | null {
  const node = nodeShown(situation, seen.attempt);
  switch (seen.phase) {
    case 'waiting':
    case 'gone':
      return null;
    case 'failed':
      return seen.trouble;
    case 'creating':
      return ofCreation(seen, situation);
    case 'booting':
    case 'syncing':
    case 'synced':
      return node === null ? seen.trouble : ofNode(seen, node, situation);
    case 'releasing': {
      const found = ofRelease(seen, node, situation);
      const isOfDeletion = seen.trouble !== null && ofDeletion.includes(seen.trouble.kind);
      return found === null && isOfDeletion ? seen.trouble : found;
    }
  }
}

/** The same trouble keeps its beginning and the lines that were asked for once. */
export function withTrouble(seen: Seen, situation: Situation): Seen {
  const found = told(seen, situation);
  if (found === null) return seen.trouble === null ? seen : { ...seen, trouble: null };
  const before = seen.trouble?.kind === found.kind ? seen.trouble : null;
  const trouble: Trouble = {
    kind: found.kind,
    text: found.text,
    lines: before?.lines ?? [],
    since: before?.since ?? situation.at,
  };
  return { ...seen, trouble };
}

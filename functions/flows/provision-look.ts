// Looks once at everything that standbys need: operations, one list for all, and only then flags and the words of agents.
import type { ComputeFailure } from '../cloud/cloud.ts';
import type { OperationState } from '../domain/standby/answer.ts';
import type { FlagRead } from '../domain/standby/key-flag.ts';
import { activeWanting, isLive } from '../domain/standby/phase.ts';
import {
  type Heard,
  type Listing,
  nodeShown,
  placeToAsk,
  type Situation,
} from '../domain/standby/situation.ts';
import { mayCreate } from '../domain/standby/soon.ts';
import { gaveRoomAt } from '../domain/drill/record.ts';
import { readReport } from './provision-report.ts';
import type { Run } from './provision-world.ts';
import { readySnapshots } from './provision-snapshots.ts';

export type Looked = {
  /** When all was there; what is decided goes by this time. */
  readonly at: number;
  readonly listing: Listing | null;
  /** What was not answered, of the list or of a node that it leaves out. */
  readonly failure: { readonly failed: ComputeFailure; readonly doing: string } | null;
  readonly situations: readonly Situation[];
};

/** The operation that is under way: of the deletion, or of an insert whose node was not seen yet. */
async function askOperation(run: Run, { seen }: Pick<Situation, 'seen'>): Promise<OperationState | null> {
  if (seen === null || seen.attempt === null || !isLive(seen.phase)) return null;
  const { zone } = seen.attempt;
  const isOpen = seen.phase === 'creating' || seen.node === null;
  const isInsert = seen.deletion === null && isOpen && seen.attempt.refused === null;
  const name = seen.deletion?.operation ?? (isInsert ? seen.attempt.operation : null);
  if (name === null) return null;
  const answer = await run.inTurn(() => run.world.compute.operation(zone, name, run.signal));
  return answer.ok ? answer.value : null;
}

async function hear(run: Run, situation: Situation): Promise<Heard | null> {
  const node = nodeShown(situation);
  if (node === null || node.status !== 'RUNNING') return null;
  const { zone, name } = node;
  const answer = await run.inTurn(() => run.world.compute.report({ zone, name }, run.signal));
  return answer.ok ? readReport(answer.value) : null;
}

/**
 * With what Compute says of a node that the list leaves out: it is there whatever its labels are; and while nothing is said, the list proves
 * nothing about it.
 */
async function askMissing(
  run: Run,
  situation: Situation,
): Promise<{ readonly listing: Listing | null; readonly failed: ComputeFailure | null }> {
  const { listing } = situation;
  const place = placeToAsk(situation);
  if (place === null || listing === null) return { listing, failed: null };
  const answer = await run.inTurn(() => run.world.compute.node(place, run.signal));
  if (!answer.ok) return { listing: { ...listing, isWhole: false }, failed: answer.failure };
  const { value } = answer;
  return {
    listing: value === null ? listing : { ...listing, nodes: [...listing.nodes, value] },
    failed: null,
  };
}

function failureOf(ofList: ComputeFailure | null, ofNode: ComputeFailure | null): Looked['failure'] {
  if (ofList !== null) return { failed: ofList, doing: 'the list of nodes' };
  return ofNode === null ? null : { failed: ofNode, doing: 'the look at a node that the list leaves out' };
}

/** What is known of a node before it is looked at. */
export type Known = Pick<Situation, 'purpose' | 'signer' | 'chain' | 'wanted' | 'seen' | 'rules'>;

/** At most one of each signer. `needsList`: although none of them asks for it. */
export async function lookAt(run: Run, known: readonly Known[], needsList: boolean): Promise<Looked> {
  const { world, signal } = run;
  const { clock, compute, keys, rules } = world;
  const begun = clock.now();
  const bases = known.map((each): Situation => ({
    ...each,
    at: begun,
    operation: null,
    listing: null,
    flag: null,
    heard: null,
    snapshot: null,
    roomSince: gaveRoomAt(run.fleet),
  }));
  const matters = bases.filter(
    (each) => activeWanting(each) !== null || (each.seen !== null && isLive(each.seen.phase)),
  );
  const operations = new Map(
    await Promise.all(matters.map(async (each) => [each.signer, await askOperation(run, each)] as const)),
  );
  const list = needsList || matters.length > 0 ? await compute.list(rules.prefix, signal) : null;
  const listing = list !== null && list.ok ? list.value : null;
  const asked = new Map(
    await Promise.all(
      matters.map(async (each) => {
        const operation = operations.get(each.signer) ?? null;
        return [each.signer, await askMissing(run, { ...each, operation, listing })] as const;
      }),
    ),
  );
  const listingOf = (signer: string): Listing | null => asked.get(signer)?.listing ?? listing;
  const unanswered = [...asked.values()].find(({ failed }) => failed !== null)?.failed ?? null;
  // A flag that is read before the node is seen says nothing of what was done to the node in between.
  const reading: Promise<ReadonlyMap<string, FlagRead>> =
    matters.length === 0 ? Promise.resolve(new Map()) : keys.readFlags(matters.map(({ signer }) => signer));
  const [flags, snapshots, heard] = await Promise.all([
    reading,
    readySnapshots(run, matters.filter(mayCreate)),
    Promise.all(
      matters.map(
        async (each) => [each.signer, await hear(run, { ...each, listing: listingOf(each.signer) })] as const,
      ),
    ).then((all) => new Map(all)),
  ]);
  const at = clock.now();
  return {
    at,
    listing,
    failure: failureOf(list !== null && !list.ok ? list.failure : null, unanswered),
    situations: bases.map((each) => ({
      ...each,
      at,
      listing: listingOf(each.signer),
      operation: operations.get(each.signer) ?? null,
      flag: flags.get(each.signer) ?? null,
      heard: heard.get(each.signer) ?? null,
      snapshot: each.chain === null ? null : (snapshots.get(each.chain) ?? null),
    })),
  };
}

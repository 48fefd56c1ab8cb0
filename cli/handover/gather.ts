// Finds out all that the guard looks at: what `watch` has written down, what sources and the node that is to sign show now, and what Compute says.
import type { BoundSource, Recorded, Stood } from '../../functions/chains/chain.ts';
import { extendShown } from '../../functions/domain/handover/extend-record.ts';
import type {
  Direction,
  Fencing,
  HandoverFacts,
  Life,
  MachineFact,
  ProtectionFact,
  SourceFacts,
  TargetFacts,
} from '../../functions/domain/handover/facts.ts';
import type { HandoverRecord, Shown } from '../../functions/domain/handover/record.ts';
import { targetOf, whyAbsent } from '../../functions/domain/handover/judged.ts';
import type { Memory } from '../../functions/domain/memory.ts';
import type { Standby } from '../../functions/domain/standby/standby.ts';
import { type Machine, openReacher } from './reached-node.ts';
import { type Chosen, epochsOf } from './signer.ts';
import type { FlagSeen, HandoverWorld, Place, Tried } from './world.ts';

/** What a person has said and given so far. */
export type Said = { readonly fencing: Fencing | null; readonly protection: ProtectionFact | null };

export type Gathered = {
  readonly facts: HandoverFacts;
  /** As it was read for these facts: what is written goes on top of this one. */
  readonly flag: FlagSeen;
  /** The machine's place, when there is one. */
  readonly place: Place | null;
  /** What could not be found out, a sentence each. */
  readonly problems: readonly string[];
};

/** Looks again and again, and keeps what does not age: epochs and heights, the way to the node, votes that were watched. */
export type Gatherer = {
  readonly look: (said: Said, signal: AbortSignal) => Promise<Gathered>;
  readonly close: () => Promise<void>;
};

/** The id under which the node that is to sign stands among the sources. */
const targetId = 'target';
const timeoutMs = 20_000;
/** What was written down longer ago says nothing of now. */
const rememberedMs = 5 * 60_000;

function valueOf<Value>(tried: Tried<Value>, what: string, problems: string[]): Value | null {
  if (tried.ok) return tried.value;
  problems.push(`${what}: ${tried.why}`);
  return null;
}

/** Acts that the watchdog has seen, of all of its sources; none where it has never looked. */
function lifeIn(memory: Memory | null, signer: string): Life[] {
  const traces = memory?.state.signing[signer]?.traces ?? {};
  return Object.entries(traces).flatMap(([source, trace]) =>
    trace.keys.flatMap(({ acts }, key) =>
      acts.map(({ unit, at }): Life => ({ source, key, unit, at, how: 'seen by the watchdog' })),
    ),
  );
}

function machineOf(standby: Standby | null, project: string | undefined): Machine {
  const node = standby?.seen?.node ?? null;
  if (node === null || project === undefined) return null;
  return { place: { project, zone: node.zone, name: node.name }, id: node.id };
}

function whyNoMachine(shown: Tried<MachineFact> | null, place: Place | null): string | null {
  if (shown !== null) return shown.ok ? null : shown.why;
  return place === null ? 'there is no standby' : 'it was not asked';
}

/** Since when it has been steady, as the watchdog has seen it: a cloud node synced, a house well. Null when the watchdog itself stands still. */
function steadySince(
  to: Direction,
  {
    standby,
    memory,
    at,
  }: { readonly standby: Standby | null; readonly memory: Memory | null; readonly at: number },
): number | null {
  if (to === 'cloud') return standby?.seen?.phase === 'synced' ? standby.seen.phaseSince : null;
  if (memory === null || !(at - memory.state.tick.at <= rememberedMs)) return null;
  return memory.state.judgement.verdict === 'ok' ? memory.state.verdictSince : null;
}

/** The node in all looks of ours; null where that never was so. */
type Watched = {
  /** Since when it was at the head in each of them. */
  readonly goodSince: number | null;
  /** When it last was seen not to be. */
  readonly brokenAt: number | null;
  readonly lookedAt: number | null;
};
const unwatched: Watched = { goodSince: null, brokenAt: null, lookedAt: null };

/** Between looks that are far apart, and where it was not reached, nobody has watched: it begins anew. */
function watched(
  before: Watched,
  {
    isThere,
    at,
    mostApartMs,
  }: { readonly isThere: boolean | null; readonly at: number; readonly mostApartMs: number },
): Watched {
  if (isThere === null) return { ...before, goodSince: null, lookedAt: at };
  if (!isThere) return { goodSince: null, brokenAt: at, lookedAt: at };
  const isOn = before.lookedAt !== null && at - before.lookedAt <= mostApartMs;
  return { ...before, goodSince: isOn ? (before.goodSince ?? at) : at, lookedAt: at };
}

type Asked = { readonly source: BoundSource; readonly role: SourceFacts['role']; readonly id: string };
type Look = {
  readonly asked: Asked;
  readonly stood: Stood;
  readonly recorded: Recorded | null;
  readonly at: number;
};

export function openGatherer(
  world: HandoverWorld,
  { chosen, to }: { readonly chosen: Chosen; readonly to: Direction },
): Gatherer {
  const { signer, site, network } = chosen;
  const { clock } = world;
  const kept = new Map<string, Shown>();
  let keptFor = '';
  const reacher = openReacher(world, { signer, to });
  let steady = unwatched;

  const lookAt = async (
    asked: Asked,
    given: { readonly begunAt: number | null; readonly before: Shown | null; readonly signal: AbortSignal },
  ): Promise<Look> => {
    const { source, role } = asked;
    const run = { signal: given.signal, timeoutMs, now: clock.now };
    const { begunAt, before } = given;
    const [stood, recorded] = await Promise.all([
      source.stand({ keys: signer.keys, withEars: role === 'target' }, run),
      begunAt === null ? null : source.record({ keys: signer.keys, begunAt, before }, run),
    ]);
    return { asked, stood, recorded, at: clock.now() };
  };
  const factsOf = ({ asked, stood, recorded, at }: Look, known: Shown | null): SourceFacts => {
    const { source, role, id } = asked;
    const shown = recorded?.ok === true ? extendShown(known, recorded.reading, at) : known;
    if (shown !== null) kept.set(id, shown);
    return {
      source: id,
      operator: role === 'target' ? 'the node that is to sign' : source.operator,
      isOwn: role !== 'foreign',
      role,
      shown,
      trouble: recorded === null ? null : recorded.ok ? recorded.trouble : recorded.detail,
      now: stood.ok ? stood.value : null,
      nowTrouble: stood.ok ? null : stood.detail,
    };
  };
  /** What `watch` has written down counts only for this very beginning, and these keys; what we have read ourselves goes before. */
  const knownOf = (id: string, record: HandoverRecord | null): Shown | null =>
    kept.get(id) ?? record?.sources.find(({ source }) => source === id)?.shown ?? null;

  return {
    look: async ({ fencing, protection }, signal) => {
      const problems: string[] = [];
      const { remembered } = world;
      const [flag, written, { memory, life }, standby, fences] = await Promise.all([
        world.keys.read(signer.id),
        remembered.record(signer.id).then((tried) => valueOf(tried, 'what watch has written down', problems)),
        remembered.site(site.rules.id).then((tried) => {
          const found = valueOf(tried, 'what is known of the site', problems);
          return { memory: found, life: tried.ok ? lifeIn(found, signer.id) : null };
        }),
        remembered.standby(signer.id).then((tried) => valueOf(tried, 'the standby', problems)),
        remembered.fences(site.rules.id).then((tried) => valueOf(tried, 'the fences', problems)),
      ]);
      const held = flag.read.isReadable ? flag.read.flag : null;
      const begun = held?.holder.kind === 'none' ? held : null;
      const mark = `${begun?.generation ?? ''} ${begun?.since ?? ''}`;
      // What cannot be read this time has not changed for that.
      if (flag.read.isReadable && mark !== keptFor) {
        kept.clear();
        keptFor = mark;
      }
      const record =
        written !== null &&
        begun !== null &&
        written.generation === begun.generation &&
        written.begunAt === begun.since &&
        written.keys.join(' ') === signer.keys.join(' ')
          ? written
          : null;
      const machine = to === 'cloud' ? machineOf(standby, world.config.standbys?.project) : null;
      const place = machine?.place ?? null;
      // While somebody holds the keys nothing is judged: who that is is told at once, and no tunnel is opened for it.
      const isJudged = begun !== null || !flag.read.isReadable;
      const sources = (isJudged ? world.sources(signer.id) : []).map((source): Asked => ({
        source,
        role: source.isOwn ? 'own' : 'foreign',
        id: source.id,
      }));
      const lookAtAll = (asked: readonly Asked[]): Promise<Look[]> =>
        Promise.all(
          asked.map((each) =>
            lookAt(each, { begunAt: begun?.since ?? null, before: knownOf(each.id, record), signal }),
          ),
        );
      const ofNode = async () => {
        if (!isJudged) return { looks: [], clock: null, why: null };
        const { node, why, isOther } = await reacher.reach(machine, signal);
        if (isOther) {
          kept.delete(targetId);
          steady = unwatched;
        }
        if (node === null) return { looks: [], clock: null, why };
        const [looks, measured] = await Promise.all([
          lookAtAll([{ source: node.source, role: 'target', id: targetId }]),
          node.clock(),
        ]);
        return { looks, clock: measured, why: null };
      };
      const ofMachine = async (): Promise<Tried<MachineFact> | null> =>
        place === null || !isJudged ? null : world.machine.look(place, signal);
      const [looks, node, shown] = await Promise.all([lookAtAll(sources), ofNode(), ofMachine()]);
      if (node.why !== null) problems.push(`the node that is to sign: ${node.why}`);
      const seen = standby?.seen ?? null;
      const target: TargetFacts = {
        steadySince: null,
        clock: node.clock,
        keys:
          to === 'basement' || seen === null || seen.report === null
            ? null
            : { word: seen.report.keys, at: seen.report.at },
        machine: shown?.ok === true ? shown.value : null,
        machineTrouble: to === 'basement' ? null : whyNoMachine(shown, place),
      };
      const found: HandoverFacts = {
        at: clock.now(),
        signer: { id: signer.id, site: site.rules.id, chain: signer.chain, keys: signer.keys },
        to,
        flag: flag.read,
        epochs: epochsOf(network),
        sources: [...looks, ...node.looks].map((look) => factsOf(look, knownOf(look.asked.id, record))),
        life,
        target,
        fences: fences?.filter((fence) => fence.signer === signer.id) ?? null,
        clock: flag.clock,
        votes: signer.chain === 'ethereum' ? null : reacher.votes(),
        fencing,
        protection,
      };
      const source = targetOf(found);
      steady = watched(steady, {
        isThere: source === null ? null : whyAbsent(source, { facts: found, policy: world.policy }) === null,
        at: found.at,
        mostApartMs: world.policy.freshMs,
      });
      const { goodSince, brokenAt } = steady;
      // What the watchdog has seen goes further back than we have looked; a break that we have seen ends it.
      const since = steadySince(to, { standby, memory, at: found.at }) ?? goodSince;
      const facts = {
        ...found,
        target: {
          ...target,
          steadySince: since === null || brokenAt === null ? since : Math.max(since, brokenAt),
        },
      };
      return { facts, flag, place, problems };
    },
    close: reacher.close,
  };
}

// How standbys lie in the default database, the same for every member: two halves of one document, each with its writer and version.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Drill, DrillRun, DrillWish } from '../domain/drill/drill.ts';
import { emptyFleet, type Fleet, type Seen, type Standby } from '../domain/standby/standby.ts';
import type { Wanted } from '../domain/standby/want.ts';
import { WatchdogError } from '../kit/error.ts';
import { codec, type Codec, type Fields } from './codec.ts';
import { drillRunCodec, drillWishCodec, fleetCodec, seenCodec, wantedCodec } from './standby-schemas.ts';
import type { Standbys } from './store.ts';

export const standbyPath = (signer: string): string => `standbys/${signer}`;
export const fleetPath = 'standbys/_fleet';
const drillFolder = 'standbys/_drill.';
/** No signer can have that id. */
export const drillPath = (signer: string): string => `${drillFolder}${signer}`;

/** What `watch` writes, without a look at the other half. */
export const wantedFields = (value: Wanted): Fields => ({
  schema: 1,
  signer: value.signer,
  wanted: wantedCodec.write(`${standbyPath(value.signer)} wanted`, value),
});

export const seenFields = (signer: string, value: Seen): Fields => ({
  schema: 1,
  signer,
  seen: seenCodec.write(`${standbyPath(signer)} seen`, value),
});

/** What `watch` writes, without a look at the other half. */
export const drillWishFields = (value: DrillWish): Fields => ({
  schema: 1,
  signer: value.signer,
  wish: drillWishCodec.write(`${drillPath(value.signer)} wish`, value),
});

export const drillRunFields = (signer: string, value: DrillRun | null): Fields => ({
  schema: 1,
  signer,
  run: value === null ? null : drillRunCodec.write(`${drillPath(signer)} run`, value),
});

const half = z.record(z.string(), z.unknown()).nullable().default(null);
const envelope: Codec<{ signer: string; wanted: Fields | null; seen: Fields | null }> = codec(
  z.strictObject({ signer: z.string(), wanted: half, seen: half }),
  { version: 1 },
);

const drillEnvelope: Codec<{ signer: string; wish: Fields | null; run: Fields | null }> = codec(
  z.strictObject({ signer: z.string(), wish: half, run: half }),
  { version: 1 },
);

function mustBeAbout(path: string, own: string, signers: readonly string[]): void {
  if (path === own && new Set(signers).size === 1) return;
  throw new WatchdogError('ERR_DOCUMENT', `${path} is about another signer`, { meta: { document: path } });
}

/** Throws as a codec does; a half that cannot be read, or that is about another signer, makes the whole unreadable. */
export function readStandby(path: string, fields: unknown): Standby {
  const halves = envelope.read(path, fields);
  const wanted = halves.wanted === null ? null : wantedCodec.read(`${path} wanted`, halves.wanted);
  const seen = halves.seen === null ? null : seenCodec.read(`${path} seen`, halves.seen);
  const { signer } = halves;
  mustBeAbout(path, standbyPath(signer), [signer, wanted?.signer ?? signer]);
  return { signer, wanted, seen };
}

/** As `readStandby`. */
export function readDrill(path: string, fields: unknown): Drill {
  const halves = drillEnvelope.read(path, fields);
  const wish = halves.wish === null ? null : drillWishCodec.read(`${path} wish`, halves.wish);
  const run = halves.run === null ? null : drillRunCodec.read(`${path} run`, halves.run);
  const { signer } = halves;
  mustBeAbout(path, drillPath(signer), [signer, wish?.signer ?? signer, run?.wish.signer ?? signer]);
  return { signer, wish, run };
}

type Content = { readonly path: string; readonly fields: unknown };

/** A document that cannot be read does not keep the others back. */
export function readStandbys(contents: readonly Content[]): Standbys {
  const standbys: Standby[] = [];
  const drills: Drill[] = [];
  const broken: string[] = [];
  let fleet: Fleet | null = contents.some(({ path }) => path === fleetPath) ? null : emptyFleet;
  for (const { path, fields } of contents) {
    try {
      if (path === fleetPath) fleet = fleetCodec.read(path, fields);
      else if (path.startsWith(drillFolder)) drills.push(readDrill(path, fields));
      else standbys.push(readStandby(path, fields));
    } catch (error) {
      if (!(error instanceof WatchdogError)) throw error;
      broken.push(error.message);
    }
  }
  return { standbys, drills, fleet, broken };
}

/** True when a standby is still what a decision was made of. */
export function isAsKnown(
  standby: Standby | null,
  base: { readonly revision: number | null; readonly wanted?: Wanted | null },
): boolean {
  const revision = standby?.seen?.revision ?? null;
  const isWantedSame = base.wanted === undefined || isDeepStrictEqual(standby?.wanted ?? null, base.wanted);
  return revision === base.revision && isWantedSame;
}

/** As `isAsKnown`. */
export function isDrillAsKnown(
  drill: Drill | null,
  base: { readonly revision: number | null; readonly wish?: DrillWish | null },
): boolean {
  const revision = drill?.run?.seen.revision ?? null;
  const isWishSame = base.wish === undefined || isDeepStrictEqual(drill?.wish ?? null, base.wish);
  return revision === base.revision && isWishSame;
}

/** As `nextSeen`. */
export const nextRun = (run: DrillRun | null, base: { readonly revision: number | null }): DrillRun | null =>
  run === null ? null : { ...run, seen: nextSeen(run.seen, base) };

/** The next revision. A repeated write of the very same is a write whose answer was lost. */
export const nextSeen = (seen: Seen, base: { readonly revision: number | null }): Seen => ({
  ...seen,
  revision: (base.revision ?? 0) + 1,
});

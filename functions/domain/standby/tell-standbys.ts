// How each standby comes along is written into the incident that tells of it.
import { record } from '../incident.ts';
import type { Progress } from '../progress.ts';
import { doingOf } from './doing.ts';
import { carrierOf } from './observe-standby.ts';
import { seenOf, type StandbyLook } from './standby-look.ts';
import type { Wantings } from './wish.ts';

/** Changes the incidents of `progress`; what was not looked at stays as it was told. */
export function tellStandbys(
  progress: Progress,
  wanted: Wantings,
  { at, look }: { readonly at: number; readonly look: StandbyLook },
): void {
  for (const each of Object.values(wanted)) {
    const carrier = carrierOf(each, progress);
    if (carrier === null) continue;
    const before = carrier.doing[each.signer];
    const seen = seenOf(look, each);
    if (seen === undefined && (before !== undefined || each.release !== null)) continue;
    const { doing, note } = doingOf(each, seen ?? null, { before, at });
    const isSame =
      before?.stage === doing.stage && before.line === doing.line && before.isTold === doing.isTold;
    if (isSame) continue;
    const noted = note === null ? carrier : record(carrier, at, 'standby', note);
    const next = { ...noted, doing: { ...noted.doing, [each.signer]: doing } };
    progress.incidents.set(next.id, next);
    progress.touched.set(next.id, next);
  }
}

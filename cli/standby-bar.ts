// How far a standby is, as a bar on a terminal.
import { etaAt, percentWords } from '../functions/views/standby-words.ts';
import type { StandbyStatus } from '../functions/views/standbys.ts';
import { clockTime, duration } from '../functions/views/time.ts';
import type { Context } from './context.ts';

const barWidth = 20;

/** E.g. `eth-1 ████████░░░░░░░░░░░░ 41 % syncing, 2 h 10 min to go, at 05:34:07 Europe/Berlin (04:34:07 UTC)`. */
function barOf(standby: StandbyStatus, at: number, timezone: string): string {
  const { signer, phase, percent } = standby;
  const eta = etaAt(standby);
  const far = percentWords(standby);
  const part = far === null || percent === null ? 0 : percent / 100;
  const filled = phase === 'synced' ? barWidth : Math.floor(part * barWidth);
  const utc = timezone === 'UTC' || eta === null ? '' : ` (${clockTime(eta, 'UTC').slice(11)} UTC)`;
  return [
    `${signer} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${far === null ? '' : `${far} `}${phase}`,
    ...(eta === null
      ? []
      : [`${duration(eta - at)} to go, at ${clockTime(eta, timezone).slice(11)} ${timezone}${utc}`]),
  ].join(', ');
}

/** The line that changes, on a terminal: taken away before another line is written. */
export type Bar = { readonly show: (line: () => string) => void; readonly hide: () => void };

/** Nothing is shown yet. */
export function openBar({ terminal }: Context): Bar {
  let shown: { line: () => string; readonly done: () => void } | null = null;
  return {
    show: (line) => {
      if (shown === null) shown = { line, done: terminal.progress(() => shown?.line() ?? '') };
      else shown.line = line;
    },
    hide: () => {
      shown?.done();
      shown = null;
    },
  };
}

/** Shows how far it is until the next look, by the clock that the answer came with: that of this machine may be wrong. */
export function showBar(
  standby: StandbyStatus,
  at: number,
  { clock, terminal, bar }: Context & { readonly bar: Bar },
): void {
  const askedAt = clock.now();
  bar.show(() => barOf(standby, at + clock.now() - askedAt, terminal.timezone));
}

// What the fence of a validator client says, changed where a test says so.
import type { FenceReport, FenceWord } from '../../functions/domain/pulse.ts';
import { start } from './site.ts';

/** The fence of instance `a` at home, whose client runs. */
export const fenceWord = (over: Partial<FenceWord> = {}): FenceWord => ({
  signer: 'alpha',
  instance: 'a',
  generation: 4,
  isRunning: true,
  version: null,
  isolationMs: null,
  breakGlass: false,
  ...over,
});

/** The same, as it is known once it was heard. */
export const fenceReport = (over: Partial<FenceReport> = {}): FenceReport => ({
  ...fenceWord(),
  at: start,
  describedAt: null,
  brokeGlassAt: null,
  ...over,
});

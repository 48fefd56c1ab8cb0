// Puts what one look at a source brought to what is recorded of it. Pure, and the same look twice changes nothing.
import {
  type EpochRecord,
  excerptChars,
  firstEpochs,
  type HeightReading,
  isSettled,
  mostEpochs,
  mostSamples,
  type RecordReading,
  type RunBreak,
  sampleEvery,
  type Shown,
  type SilentRun,
} from './record.ts';

type Heights = Extract<Shown, { readonly of: 'heights' }>;

const cut = (text: string): string => text.slice(0, excerptChars);

/** Of two records of one epoch the later one counts, but a key that was seen alive in either has lived. A settled one does not change. */
function withRecord(before: EpochRecord | undefined, record: EpochRecord): EpochRecord {
  const next = { ...record, excerpt: cut(record.excerpt) };
  if (before === undefined) return next;
  if (isSettled(before)) return before;
  return { ...next, keys: next.keys.map((word, key) => (before.keys[key] === 'alive' ? 'alive' : word)) };
}

function withEpochs(before: readonly EpochRecord[], epochs: readonly EpochRecord[]): readonly EpochRecord[] {
  const known = new Map(before.map((record) => [record.epoch, record]));
  for (const record of epochs) known.set(record.epoch, withRecord(known.get(record.epoch), record));
  const all = [...known.values()].toSorted((a, b) => a.epoch - b.epoch);
  // The guard judges the first ones, however long a handover takes; the last ones tell whether somebody came back.
  return all.length <= mostEpochs
    ? all
    : [...all.slice(0, firstEpochs), ...all.slice(firstEpochs - mostEpochs)];
}

/** The first key that is anything but silent; null when none is. A height of no key shows nothing. */
function breakIn({ height, at, keys }: HeightReading): RunBreak | null {
  const key = keys.findIndex((word) => word !== 'silent');
  const word = keys[key];
  if (word !== undefined) return { height, at, key, word };
  return keys.length === 0 ? { height, at, key: 0, word: 'unknown' } : null;
}

const longer = (run: SilentRun | null, { height, at }: HeightReading): SilentRun =>
  run === null
    ? { from: height, fromAt: at, through: height, throughAt: at }
    : { ...run, through: height, throughAt: at };

function withHeight(shown: Heights, reading: HeightReading): Heights {
  const { height, hash } = reading;
  const broken = breakIn(reading);
  const samples =
    height % sampleEvery === 0 ? [...shown.samples, { height, hash }].slice(-mostSamples) : shown.samples;
  return {
    ...shown,
    next: height + 1,
    run: broken === null ? longer(shown.run, reading) : null,
    lastBreak: broken ?? shown.lastBreak,
    samples,
  };
}

const noHeights: Omit<Heights, 'askedAt' | 'excerpt'> = {
  of: 'heights',
  next: null,
  run: null,
  lastBreak: null,
  samples: [],
};

function withHeights(
  before: Heights | null,
  { heights, excerpt }: Extract<RecordReading, { readonly of: 'heights' }>,
  askedAt: number,
): Heights | null {
  let shown: Heights = { ...(before ?? noHeights), askedAt, excerpt: cut(excerpt) };
  for (const reading of heights) {
    // Beside what was read before, or with a gap: nothing of it can be put to the run.
    if (shown.next !== null && reading.height !== shown.next) return before;
    shown = withHeight(shown, reading);
  }
  return heights.length === 0 ? before : shown;
}

/**
 * What all looks at a source brought, after one more at `askedAt` (epoch ms). A look that does not go on from what is there, or that is of
 * another kind of chain, changes nothing. Null while nothing was shown.
 */
export function extendShown(before: Shown | null, reading: RecordReading, askedAt: number): Shown | null {
  if (before !== null && before.of !== reading.of) return before;
  if (reading.of === 'epochs') {
    const epochs = withEpochs(before?.of === 'epochs' ? before.epochs : [], reading.epochs);
    return epochs.length === 0 ? before : { of: 'epochs', epochs };
  }
  return withHeights(before?.of === 'heights' ? before : null, reading, askedAt);
}

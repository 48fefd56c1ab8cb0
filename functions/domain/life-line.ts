// The life signs that count, as one line of evidence.

export const lifeLine = (life: readonly string[]): string =>
  life.length === 0 ? 'no life sign since' : `life signs since: ${life.join(', ')}`;

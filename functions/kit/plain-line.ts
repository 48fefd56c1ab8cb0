// What somebody wrote, as one line that no terminal and no log acts on.

/** Composed, in one line, without control characters. */
export const plainLine = (text: string): string =>
  text.normalize('NFC').replace(/\s+/gu, ' ').replace(/\p{C}/gu, '').trim();

// Text of a bounded size, wherever it came from.

/** Bytes of UTF-8 that a character takes. */
function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x8_00) return 2;
  return code < 0x1_00_00 ? 3 : 4;
}

const ellipsis = '…';

/** The beginning of a text that is longer than so many bytes of UTF-8, with an ellipsis; never cut within a character. */
export function clip(text: string, mostBytes: number): string {
  // No character takes more than three bytes for each place that it has.
  if (3 * text.length <= mostBytes) return text;
  let [bytes, kept, places] = [0, 0, 0];
  for (const character of text) {
    bytes += bytesOf(character);
    if (bytes > mostBytes) return text.slice(0, kept) + ellipsis;
    places += character.length;
    if (bytes <= mostBytes - bytesOf(ellipsis)) kept = places;
  }
  return text;
}

// How wide text is in a picture, where nothing can be measured.

/** Width of text of 11 px, as good as it can be told without a font: narrow, usual and wide characters. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if ("iljt.,:;'|!I ".includes(character)) width += 4;
    else if (code > 0x2e80) width += 12;
    else width += 'mwMW'.includes(character) ? 10 : 7;
  }
  return width;
}

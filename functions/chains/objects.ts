// Takes the objects of a long JSON list one by one from a stream, so that a list of a million numbers never stands in memory.

/** `broken` once something came that is no such list; then nothing more is given. */
export type ObjectStream = { readonly feed: (chunk: Buffer) => void; readonly isBroken: () => boolean };

const longestHead = 2_000;

/**
 * Gives `take` every object of the list `data` of an answer `{…, "data": [{…}, {…}]}`, parsed. The objects hold no further objects.
 * Never throws.
 */
export function objectStream(longest: number, take: (value: unknown) => boolean): ObjectStream {
  const decoder = new TextDecoder();
  let text = '';
  let isInside = false;
  let isBroken = false;

  const enter = (): boolean => {
    const start = /"data"\s*:\s*\[/.exec(text);
    if (start === null) {
      isBroken = text.length > longestHead;
      return false;
    }
    text = text.slice(start.index + start[0].length);
    isInside = true;
    return true;
  };
  const takeOne = (from: number): number | null => {
    const begin = text.indexOf('{', from);
    if (begin === -1) return null;
    const end = text.indexOf('}', begin);
    if (end === -1) {
      isBroken = text.length - begin > longest;
      return null;
    }
    try {
      isBroken = end - begin > longest || !take(JSON.parse(text.slice(begin, end + 1)));
    } catch {
      isBroken = true;
    }
    return end + 1;
  };
  return {
    feed: (chunk) => {
      if (isBroken) return;
      text += decoder.decode(chunk, { stream: true });
      if (!isInside && !enter()) return;
      let position = 0;
      for (let next = takeOne(0); next !== null && !isBroken; next = takeOne(position)) position = next;
      text = text.slice(position);
    },
    isBroken: () => isBroken,
  };
}

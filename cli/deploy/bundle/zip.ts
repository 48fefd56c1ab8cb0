// A zip whose bytes depend on nothing but the names and contents in it.
import { zipSync } from 'fflate';

const encoder = new TextEncoder();

// Of a zip's times; it reads and writes them in the zone of the machine, so that every machine writes the same.
const never = new Date(1980, 0, 1);
const unix = 3;
/** An ordinary file that its owner may write and everybody read. */
const attributes = 0o100644 * 2 ** 16;

export function zipOf(files: ReadonlyMap<string, string>): Uint8Array {
  const sorted = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(sorted.map(([name, content]) => [name, encoder.encode(content)])), {
    level: 9,
    mtime: never,
    os: unix,
    attrs: attributes,
  });
}

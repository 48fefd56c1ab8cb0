// Compares secrets without telling by the time that it takes how much of them was right.
import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in constant time, whatever the lengths are. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

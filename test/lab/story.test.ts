// The story must be able to fail: what goes otherwise than told is a failed check, and not a green table.
import { afterEach, expect, test } from 'vitest';
import { startLab, type Lab } from '../../lab/lab.ts';
import { playStory } from '../../lab/story/story.ts';
import type { Teller } from '../../lab/story/teller.ts';
import { quietTeller } from '../support/quiet-teller.ts';

let lab: Lab;
afterEach(() => lab.close());

test('a house that is broken before the story begins fails the first act', async () => {
  const { look: onLook, page: onPage, trouble: onTrouble } = quietTeller;
  lab = await startLab({ speed: 60, events: { onLook, onPage, onTrouble } });
  await lab.basement.breakForward('web');
  const over = new AbortController();
  const failed: string[] = [];
  const teller: Teller = {
    ...quietTeller,
    check: (words, isSo) => {
      if (!isSo) failed.push(words);
      if (!isSo) over.abort();
    },
  };
  const story = await playStory({ lab, teller, signal: over.signal });
  expect(failed[0]).toBe('two looks in a row: everything answers');
  expect(story.isGood).toBe(false);
  expect(story.acts).toMatchObject([{ name: 'all is well', verdicts: ['degraded'] }]);
  expect(story.acts[0]?.failures).toBeGreaterThan(0);
});

test('a page that is not about what was done fails its act', async () => {
  const { look: onLook, page: onPage, trouble: onTrouble } = quietTeller;
  lab = await startLab({ speed: 60, events: { onLook, onPage, onTrouble } });
  const over = new AbortController();
  let title = '';
  const failed: string[] = [];
  const teller: Teller = {
    ...quietTeller,
    title: (_number, words) => {
      title = words;
    },
    we: () => {
      // Somebody else breaks something else at the same time.
      if (title === 'One port forward breaks') void lab.basement.breakForward('web');
    },
    check: (words, isSo) => {
      if (!isSo) failed.push(words);
      if (!isSo) over.abort();
    },
  };
  const story = await playStory({ lab, teller, signal: over.signal });
  expect(failed[0]).toBe('a warning that names beacond-p2p, and only that');
  expect(story.isGood).toBe(false);
});

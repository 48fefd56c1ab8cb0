// The map of a site: every part is a figure with its word, and a line says by what evidence the next part is reached.
import { expect, test } from 'vitest';
import type { MapPart } from '../../../functions/views/overview.ts';
import { mapOf } from '../../../functions/views/page/map.ts';

const part = (id: MapPart['id'], over: Partial<MapPart> = {}): MapPart => ({
  id,
  name: id,
  tone: 'good',
  state: 'answers',
  text: 'It answers.',
  ...over,
});
const lines = (parts: readonly MapPart[]): string[] => mapOf(parts).match(/class="e [a-z]+"/g) ?? [];

const way = [part('watchdog'), part('exit'), part('house'), part('chain', { name: 'ethereum' })];

test('all the way is whole when all is well', () => {
  expect(lines(way)).toEqual(['class="e good"', 'class="e good"', 'class="e good"']);
});

test('the way breaks where nothing answers, and is in doubt behind it', () => {
  const [watchdog, , , chain] = way;
  expect(watchdog).toBeDefined();
  const dark = [
    part('watchdog'),
    part('exit', { tone: 'bad' }),
    part('house', { tone: 'doubt' }),
    ...(chain === undefined ? [] : [chain]),
  ];
  expect(lines(dark)).toEqual(['class="e bad"', 'class="e doubt"', 'class="e doubt"']);
});

test('without a VPN exit it leads to the house at once', () => {
  expect(lines([part('watchdog'), part('exit', { tone: 'none' }), part('house')])).toEqual([
    'class="e good"',
  ]);
});

test('a standby that there is follows its chain; one that there is not stands alone', () => {
  expect(lines([...way, part('standby', { tone: 'doubt' })])).toHaveLength(4);
  expect(lines([...way, part('standby', { tone: 'none' })])).toHaveLength(3);
});

test('any number of chains and standbys has its place', () => {
  const many = [
    ...way,
    ...['berachain', 'cometbft', 'another'].map((name) => part('chain', { name })),
    ...['a', 'b', 'c'].map((name) => part('standby', { name })),
  ];
  const centres = mapOf(many).match(/<circle cx="\d+" cy="\d+"/g) ?? [];
  expect(centres).toHaveLength(many.length);
  expect(new Set(centres).size).toBe(many.length);
});

test('the words beside it say the same, and names of chains are written as they are', () => {
  const html = mapOf(way);
  expect(html).toContain('<b><bdi>Watchdog</bdi></b>');
  expect(html).toContain('<b><bdi>ethereum</bdi></b>');
  expect(html.match(/<li>/g)).toHaveLength(way.length);
});

test('there is none of nothing', () => {
  expect(mapOf([])).toBe('');
  expect(mapOf([part('house')])).toBe('');
});

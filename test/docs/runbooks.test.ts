// Pages that somebody reads at 3 a.m.: each safety page has its place, each runbook is found, and no link leads nowhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isSafety, problemKinds } from '../../functions/domain/incident.ts';

const docs = join(import.meta.dirname, '../../docs');
const runbooks = readdirSync(join(docs, 'runbooks')).map((name) => `runbooks/${name}`);
const pages = ['safety-pages.md', 'handover.md', ...runbooks];
const textOf = (page: string): string => readFileSync(join(docs, page), 'utf8');

/** As GitHub makes anchors of headings, with those that are written by hand. */
const anchorsOf = (page: string): string[] => {
  const text = textOf(page);
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
};

const linksOf = (page: string): string[] =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target));

test.each(pages)('%s: every link leads somewhere', (page) => {
  const lost = linksOf(page).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(docs, join(docs, dirname(page), path));
    if (!existsSync(join(docs, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(lost).toEqual([]);
});

test.each(problemKinds.filter(isSafety))(
  'the safety page %s has a heading that a message can lead to',
  (kind) => {
    const [, section = ''] = textOf('safety-pages.md').split(`\n## ${kind}\n`);
    const [words = ''] = section.split('\n## ');
    expect(words).toContain('**Now');
  },
);

test('no heading is about what is no safety page', () => {
  const headings = [...textOf('safety-pages.md').matchAll(/^## (.+)$/gm)].map(([, title = '']) => title);
  expect(headings.toSorted()).toEqual(problemKinds.filter(isSafety).toSorted());
});

describe.each(runbooks)('%s', (page) => {
  test('is listed where somebody looks for it', () => {
    expect([...linksOf('handover.md'), ...linksOf('safety-pages.md')]).toContain(page);
  });

  test('says first whether anything must be done at all', () => {
    expect(textOf(page)).toMatch(/^# Runbook: .+\n\n[\s\S]{0,600}\*\*Do you have to\?/);
  });
});

// Reads a page of ours as strictly as nobody else does: whatever is not written as we write it is a problem.

/** Elements that have no end. */
const voids = new Set(['meta', 'input', 'br', 'link']);
/** What stands in them is no markup. */
const raws = new Set(['style', 'script']);
/** What stands beside its neighbours in one line. */
const inline = new Set(['a', 'b', 'bdi', 'code', 'i', 'small', 'span', 'strong', 'svg', 'time', 'use']);

type Attribute = { readonly name: string; readonly value: string };
type Element = { readonly name: string; readonly attributes: readonly Attribute[] };

export type Markup = {
  /** What is wrong, a sentence each. */
  readonly problems: readonly string[];
  readonly elements: readonly Element[];
  /** All that is read, as text, without what stands in `style` and `script`. */
  readonly text: string;
};

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
export const decoded = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);

const openTag = /^<([a-zA-Z][a-zA-Z0-9]*)((?:\s[a-zA-Z-]+(?:="[^"<>]*")?)*)(\/?)>/;
const closeTag = /^<\/([a-zA-Z][a-zA-Z0-9]*)>/;

function attributesOf(text: string): Attribute[] {
  return [...text.matchAll(/\s([a-zA-Z-]+)(?:="([^"]*)")?/g)].map(([, name = '', value = '']) => ({
    name,
    value,
  }));
}

/** The references and names that must fit each other, and what a strict policy forbids. */
function misfits(elements: readonly Element[]): string[] {
  const valuesOf = (...names: string[]): string[] =>
    elements.flatMap(({ attributes }) =>
      attributes.filter(({ name }) => names.includes(name)).map(({ value }) => value),
    );
  const ids = valuesOf('id');
  const known = new Set(ids);
  const wanted = [
    ...valuesOf('aria-labelledby', 'for').flatMap((value) => value.split(' ')),
    ...valuesOf('href').flatMap((value) => (value.startsWith('#') ? [value.slice(1)] : [])),
  ];
  const count = (name: string): number => elements.filter((element) => element.name === name).length;
  return [
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `the id ${id} is there twice`),
    ...wanted.filter((id) => !known.has(id)).map((id) => `nothing has the id ${id}`),
    ...(count('style') === 1 ? [] : ['not exactly one style']),
    ...(count('script') <= 1 ? [] : ['more than one script']),
    ...(count('main') === 1 && count('h1') === 1 ? [] : ['not exactly one main and one h1']),
    ...elements.flatMap(({ name, attributes }) =>
      attributes.flatMap((attribute) =>
        attribute.name === 'style' || attribute.name.startsWith('on') || attribute.name === 'src'
          ? [`${name} has ${attribute.name}`]
          : [],
      ),
    ),
  ];
}

export function readMarkup(html: string): Markup {
  const problems: string[] = [];
  const elements: Element[] = [];
  const stack: string[] = [];
  let text = '';
  let rest = html.replace(/^<!doctype html>\n/, '');
  if (rest === html) problems.push('it does not begin with a doctype');
  while (rest !== '') {
    const before = /^[^<]*/.exec(rest)?.[0] ?? '';
    if (/>|&(?!(?:amp|lt|gt|quot|#39);)/.test(before)) problems.push(`not escaped: ${before.slice(0, 80)}`);
    text += decoded(before);
    rest = rest.slice(before.length);
    const [closed, closing = ''] = closeTag.exec(rest) ?? [];
    const [opened, opening = '', attributes = '', end = ''] = openTag.exec(rest) ?? [];
    if (closed !== undefined) {
      const top = stack.pop();
      if (!inline.has(closing)) text += ' ';
      if (top !== closing) problems.push(`${closing} closes ${top ?? 'nothing'}`);
      rest = rest.slice(closed.length);
    } else if (opened === undefined) {
      if (rest !== '') problems.push(`no tag: ${rest.slice(0, 80)}`);
      rest = rest.slice(1);
    } else {
      elements.push({ name: opening, attributes: attributesOf(attributes) });
      rest = rest.slice(opened.length);
      if (raws.has(opening)) rest = rest.slice(rest.indexOf(`</${opening}>`) + opening.length + 3);
      else if (end === '' && !voids.has(opening)) stack.push(opening);
    }
  }
  if (stack.length > 0) problems.push(`never closed: ${stack.join(', ')}`);
  const outside = html.replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
  if (/https?:\/\//.test(outside)) problems.push('it names an address elsewhere');
  return { problems: [...problems, ...misfits(elements)], elements, text };
}

// What a caller would rather have, by its header `accept`.

const longest = 1_000;

/** How well a media range fits, 0 when it does not: a more exact one says more. RFC 9110, 12.5.1. */
function fit(range: string, type: string): number {
  if (range === type) return 3;
  if (range === `${type.split('/')[0]}/*`) return 2;
  return range === '*/*' ? 1 : 0;
}

function weightOf(parameters: readonly string[]): number {
  const text = parameters
    .map((each) => /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(each)?.[1])
    .find(Boolean);
  return text === undefined ? 1 : Math.min(1, Number(text));
}

function weightFor(header: string, type: string): number {
  let [best, weight] = [0, 0];
  for (const each of header.split(',')) {
    const [range = '', ...parameters] = each.split(';');
    const how = fit(range.trim().toLowerCase(), type);
    if (how > best) [best, weight] = [how, weightOf(parameters)];
  }
  return weight;
}

/** True for a browser. Who takes both alike, as most programs say that they do, is given JSON. */
export function prefersHtml(header: string): boolean {
  if (header === '' || header.length > longest) return false;
  return weightFor(header, 'text/html') > weightFor(header, 'application/json');
}

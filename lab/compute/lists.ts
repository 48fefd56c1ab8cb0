// Lists of the pretend Compute Engine: filtered, page by page, of one zone or of all, and with the zones that do not answer.
import { invalid } from './refusal.ts';
import type { World } from './world.ts';

type Filterable = {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly status?: string;
};
type Zoned = Filterable & { readonly zone: string };
type Shown<Resource> = { readonly all: readonly Resource[]; readonly show: (resource: Resource) => object };

/** `labels.k=v`, `name=x` and `status=X`, each alone or in brackets one after another; whatever else is refused. */
function matcher(filter: string | null): (resource: Filterable) => boolean {
  if (filter === null || filter === '') return () => true;
  const terms = filter.startsWith('(') ? filter.slice(1, -1).split(/\)\s*(?:AND\s*)?\(/) : [filter];
  const tests = terms.map((term) => {
    const [, field = '', value = ''] = /^\s*([\w.-]+)\s*=\s*"?([^"\s()]*)"?\s*$/.exec(term) ?? [];
    if (field === 'name') return (resource: Filterable) => resource.name === value;
    if (field === 'status') return (resource: Filterable) => resource.status === value;
    const label = /^labels\.(.+)$/.exec(field)?.[1];
    if (label === undefined) throw invalid('filter', filter, 'Invalid list filter expression.');
    return (resource: Filterable) => resource.labels?.[label] === value;
  });
  return (resource) => tests.every((isMatch) => isMatch(resource));
}

function pageOf(query: URLSearchParams): { readonly from: number; readonly size: number } {
  const size = Number(query.get('maxResults') ?? 500);
  const token = query.get('pageToken');
  const from = token === null ? 0 : Number(/^at-(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(size) || size < 0 || size > 500) {
    throw invalid('maxResults', String(size), 'Must be between 0 and 500.');
  }
  if (Number.isNaN(from)) throw invalid('pageToken', token ?? '', 'It is none of ours.');
  return { from, size: size === 0 ? 500 : size };
}

const nextPage = (from: number, size: number, total: number): object =>
  from + size < total ? { nextPageToken: `at-${from + size}` } : {};

export function listOf<Resource extends Filterable>(
  query: URLSearchParams,
  { all, show }: Shown<Resource>,
  kind: string,
): object {
  const { from, size } = pageOf(query);
  const isMatch = matcher(query.get('filter'));
  const found = all.filter(isMatch);
  const items = found.slice(from, from + size).map(show);
  return {
    kind,
    id: 'list',
    ...(items.length === 0 ? {} : { items }),
    ...nextPage(from, size, found.length),
  };
}

/** Of all zones: each with what it has on this page or a warning, and those that do not answer by name. */
export function aggregated<Resource extends Zoned>(
  world: World,
  query: URLSearchParams,
  { all, show, kind }: Shown<Resource> & { readonly kind: 'instances' | 'disks' },
): object {
  const { from, size } = pageOf(query);
  const isMatch = matcher(query.get('filter'));
  const { unreachable } = world.faults;
  const found = all.filter((each) => isMatch(each) && !unreachable.has(each.zone));
  const onPage = found.slice(from, from + size);
  const items: Record<string, object> = {};
  for (const zone of Object.values(world.zones).flat()) {
    const key = `zones/${zone}`;
    const here = onPage.filter((each) => each.zone === zone).map(show);
    const data = [{ key: 'scope', value: key }];
    if (unreachable.has(zone)) {
      items[key] = { warning: { code: 'UNREACHABLE', message: `The zone '${zone}' is unreachable.`, data } };
    } else if (here.length > 0) items[key] = { [kind]: here };
    else if (from === 0) {
      const message = 'There are no results for scope on this page.';
      items[key] = { warning: { code: 'NO_RESULTS_ON_PAGE', message, data } };
    }
  }
  const missing = [...unreachable].map((zone) => world.zonePath(zone));
  return {
    kind: `compute#${kind.slice(0, -1)}AggregatedList`,
    id: `projects/${world.project}/aggregated/${kind}`,
    items,
    ...(missing.length === 0 ? {} : { unreachables: missing }),
    ...nextPage(from, size, found.length),
  };
}

// Incidents for everybody: none that is about safety, or about a part that is not shown, and where a subject is not to be named, a number instead of its name.
import {
  isSafety,
  type ProblemKind,
  problemKinds,
  type Subject,
  type SubjectKind,
  subjectKinds,
} from '../domain/incident.ts';
import type { Shown } from '../domain/shown.ts';
import { isNamed } from './public-words.ts';

/** A name that is given anew where the own one is not to be told, the same for the same subject: `target-2`. */
export type Names = (subject: Subject) => string;

export function namesFor(show: readonly Shown[]): Names {
  const given = new Map<string, string>();
  const counts = new Map<SubjectKind, number>();
  return ({ kind, id }) => {
    if (isNamed(kind, show)) return id;
    const known = given.get(`${kind}/${id}`);
    if (known !== undefined) return known;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const name = `${kind}-${count}`;
    given.set(`${kind}/${id}`, name);
    return name;
  };
}

/** An incident, and what of it names something. */
export type Named<Some> = {
  readonly incident: Some;
  readonly id: string;
  readonly kind: string;
  readonly subject: { readonly kind: string; readonly id: string };
};

type Anew<Some> = {
  readonly incident: Some;
  readonly named: { readonly id: string; readonly subject: Subject };
};

/** What tells of a part that the owner may keep to himself. What a site is called blind for is its verdict, which all see. */
const told = {
  late: 'watchdog',
  undelivered: 'watchdog',
  'channel-failing': 'watchdog',
  'store-failing': 'watchdog',
  'standby-running': 'standbys',
  'standby-failing': 'standbys',
  'standby-orphan': 'standbys',
  'drill-failed': 'standbys',
} as const satisfies Partial<Record<ProblemKind, Shown>>;

const toldWith: ReadonlyMap<string, Shown> = new Map(Object.entries(told));

const isTold = (kind: ProblemKind, show: readonly Shown[]): boolean => {
  const part = toldWith.get(kind);
  return !isSafety(kind) && (part === undefined || show.includes(part));
};

/** The id says which subject it is about, so it is made anew as well. What is of no kind that is known, and what tells of a part that is not shown, is left out. */
export function publicIncidents<Some>(
  all: readonly Named<Some>[],
  site: string,
  { show, names }: { readonly show: readonly Shown[]; readonly names: Names },
): Anew<Some>[] {
  return all.flatMap(({ incident, id, kind, subject }) => {
    const problem = problemKinds.find((each) => each === kind);
    const about = subjectKinds.find((each) => each === subject.kind);
    if (problem === undefined || about === undefined || !isTold(problem, show)) return [];
    const named = { kind: about, id: names({ kind: about, id: subject.id }) };
    const stamp = /[0-9]{8}T[0-9]{6}Z$/.exec(id)?.[0] ?? '';
    return [{ incident, named: { id: `${site}.${named.kind}.${named.id}.${stamp}`, subject: named } }];
  });
}

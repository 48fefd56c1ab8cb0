// Brings values to the functions that read them: a new version of each function's secret, looked at, pinned, and what is old destroyed.
import type { Answer, Google } from '../google/google.ts';
import {
  accessVersion,
  addVersion,
  destroyVersion,
  listVersions,
  type Place,
  type Version,
} from '../google/secret-manager.ts';
import { namesOf, type Payload, payloadProblem, payloadText, readPayload } from './payload.ts';
import type { Pinned } from './pinned.ts';

/** A function that is deployed or about to be. */
export type Target = {
  readonly function: string;
  readonly place: Place;
  /** The names that it reads. */
  readonly needs: readonly string[];
  /** The version that Terraform has given it; null when it has none yet. */
  readonly deployed: number | null;
};

export type SetWorld = {
  readonly google: Google;
  readonly pinned: () => Pinned;
  /** On the disk when it returns. */
  readonly pin: (name: string, version: number, names: readonly string[]) => void;
  readonly say: (line: string) => void;
};

export type Brought = {
  readonly function: string;
  /** Null when it did not come so far. */
  readonly version: number | null;
  readonly isNew: boolean;
  readonly destroyed: readonly number[];
  readonly problem: string | null;
  /** What went wrong without harm. */
  readonly warnings: readonly string[];
};

/** What a function's secret holds now. `version` is null when it holds nothing yet. */
export type Held = { readonly version: number | null; readonly payload: Payload; readonly newest: number };

type Tried<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string };
const no = (why: string): { readonly ok: false; readonly why: string } => ({ ok: false, why });

/** A place that Terraform has not made yet is the usual reason. */
const whyOf = (place: Place, answer: Extract<Answer<unknown>, { ok: false }>): string =>
  answer.kind === 'missing'
    ? `there is no secret ${place.id} in ${place.project} yet; run terraform apply first, which makes its place`
    : answer.message;

async function payloadAt(google: Google, place: Place, version: number): Promise<Tried<Payload>> {
  const read = await accessVersion(google, place, version);
  if (!read.ok) return no(whyOf(place, read));
  const payload = readPayload(read.value);
  return payload === null
    ? no(
        `version ${version} of ${place.id} was not written by this command: it is no JSON object of names; disable it in Secret Manager and run this again`,
      )
    : { ok: true, value: payload };
}

const isEnabled = ({ state }: Version): boolean => state === 'ENABLED';

/**
 * The newest version that can be read. One that is newer than what is pinned comes from a run that did not finish, or from somebody else:
 * it was made from what was pinned, so nothing of that is lost.
 */
export async function held(google: Google, { place }: Pick<Target, 'place'>): Promise<Tried<Held>> {
  const versions = await listVersions(google, place);
  if (!versions.ok) return no(whyOf(place, versions));
  const newest = versions.value[0]?.number ?? 0;
  const enabled = versions.value.find(isEnabled);
  if (enabled === undefined) return { ok: true, value: { version: null, payload: {}, newest } };
  const payload = await payloadAt(google, place, enabled.number);
  if (!payload.ok) return payload;
  return { ok: true, value: { version: enabled.number, payload: payload.value, newest } };
}

/** After an answer that was lost: the version that holds exactly this, if there is one since. */
async function findAdded(google: Google, place: Place, since: number, text: string): Promise<number | null> {
  const versions = await listVersions(google, place);
  if (!versions.ok) return null;
  for (const { number } of versions.value.filter((each) => isEnabled(each) && each.number > since)) {
    // oxlint-disable-next-line no-await-in-loop -- there is hardly more than one
    const read = await accessVersion(google, place, number);
    if (read.ok && read.value === text) return number;
  }
  return null;
}

async function add(google: Google, place: Place, base: Held, text: string): Promise<Tried<number>> {
  const added = await addVersion(google, place, text);
  if (added.ok) {
    const read = await accessVersion(google, place, added.value.number);
    if (read.ok && read.value === text) return { ok: true, value: added.value.number };
    return no(
      read.ok
        ? `version ${added.value.number} of ${place.id} reads otherwise than it was written; nothing is pinned, run this again`
        : read.message,
    );
  }
  if (!['busy', 'broken', 'unreached'].includes(added.kind)) return no(whyOf(place, added));
  const found = await findAdded(google, place, base.newest, text);
  return found === null
    ? no(`${added.message}; nothing is pinned, run this again`)
    : { ok: true, value: found };
}

/** Everything older than `version` that nobody uses: not what was pinned before, nor what runs. */
export async function destroyOlder(
  google: Google,
  place: Place,
  { version, keep }: { readonly version: number; readonly keep: readonly (number | null)[] },
): Promise<{ readonly destroyed: number[]; readonly warnings: string[] }> {
  const versions = await listVersions(google, place);
  if (!versions.ok)
    return { destroyed: [], warnings: [`older versions are still there: ${versions.message}`] };
  if (!versions.value.some((each) => each.number === version && isEnabled(each))) {
    return {
      destroyed: [],
      warnings: [
        `version ${version}, which is pinned, cannot be read, so nothing older was destroyed; run watchdog secrets pull`,
      ],
    };
  }
  const old = versions.value.filter(
    ({ number, state }) => number < version && state !== 'DESTROYED' && !keep.includes(number),
  );
  const ends = await Promise.all(
    old.map(async ({ number }) => ({ number, answer: await destroyVersion(google, place, number) })),
  );
  return {
    destroyed: ends.flatMap(({ number, answer }) => (answer.ok ? [number] : [])),
    warnings: ends.flatMap(({ number, answer }) =>
      answer.ok || answer.kind === 'conflict' ? [] : [`version ${number} is still there: ${answer.message}`],
    ),
  };
}

/** Somebody else has set something since this was read, and it is not in here. Taken back, so that the next run builds upon theirs. */
async function takeBack(
  google: Google,
  place: Place,
  { version, over }: { readonly version: number; readonly over: number },
): Promise<string> {
  const taken = await destroyVersion(google, place, version);
  const both = `version ${over} of ${place.id} was set by somebody else at the same moment; nothing is pinned`;
  return taken.ok
    ? `${both}, and version ${version} was taken back: run this again, which builds upon theirs`
    : `${both}, and version ${version}, which lacks their values, is still there (${taken.message}): destroy it in the console before anybody sets anything, and run this again`;
}

/** One function. `values` are the ones that it reads. */
async function bring(target: Target, values: Payload, world: SetWorld): Promise<Brought> {
  const { google, pinned, pin, say } = world;
  const { place } = target;
  const end = (more: Partial<Brought>): Brought => ({
    function: target.function,
    version: null,
    isNew: false,
    destroyed: [],
    problem: null,
    warnings: [],
    ...more,
  });
  const before = await held(google, target);
  if (!before.ok) return end({ problem: before.why });
  const base = before.value;
  const formerly = pinned()[target.function]?.version ?? null;
  const warnings: string[] = [];
  if (formerly !== null && base.version !== null && base.version > formerly) {
    warnings.push(
      `version ${base.version} is newer than ${formerly}, which was pinned: a run before did not finish, or it is somebody else's; its values are kept`,
    );
  }
  if (formerly !== null && (base.version ?? 0) < formerly) {
    warnings.push(
      `version ${formerly}, which was pinned, cannot be read any more; what it alone held is lost and has to be set again`,
    );
  }
  const payload = { ...base.payload, ...values };
  const tooMuch = payloadProblem(payload);
  if (tooMuch !== null) return end({ problem: tooMuch, warnings });
  const text = payloadText(payload);
  const isThere = base.version !== null && text === payloadText(base.payload);
  const added =
    isThere && base.version !== null
      ? { ok: true as const, value: base.version }
      : await add(google, place, base, text);
  if (!added.ok) return end({ problem: added.why, warnings });
  const version = added.value;
  if (version > base.newest + 1) {
    return end({ problem: await takeBack(google, place, { version, over: base.newest + 1 }), warnings });
  }
  pin(target.function, version, namesOf(payload));
  say(
    isThere
      ? `${target.function}: version ${version} holds it already`
      : `${target.function}: version ${version}`,
  );
  // What runs on an instance that starts tomorrow is still the former one, until Terraform has given it the new one.
  const old =
    formerly === version
      ? { destroyed: [], warnings: [] }
      : await destroyOlder(google, place, { version, keep: [formerly, target.deployed] });
  return end({
    version,
    isNew: !isThere,
    destroyed: old.destroyed,
    warnings: [...warnings, ...old.warnings],
  });
}

/** Function by function; what fails with one does not keep the others back, and running it again finishes. */
export async function setSecrets(
  targets: readonly Target[],
  values: ReadonlyMap<string, string>,
  world: SetWorld,
): Promise<readonly Brought[]> {
  const ends: Brought[] = [];
  for (const target of targets) {
    const own = Object.fromEntries(
      target.needs.flatMap((name) => {
        const value = values.get(name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    if (Object.keys(own).length === 0) continue;
    // oxlint-disable-next-line no-await-in-loop -- after each the file says how far it came
    ends.push(await bring(target, own, world));
  }
  return ends;
}

// Are the three databases there and protected, can what is asked of them be answered, and was a tick written just now?
import { z } from 'zod';
import { type IndexedField, indexes } from '../../functions/stores/indexes.ts';
import type { Outputs } from '../deploy/outputs.ts';
import { duration } from '../../functions/views/time.ts';
import { aheadWords, allOr, apply, type Check, type DoctorWorld, isAhead, look } from './check.ts';

type Database = Outputs['databases']['keys'];

// https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases
const databaseForm = z.object({
  type: z.string().nullish(),
  locationId: z.string().nullish(),
  deleteProtectionState: z.string().nullish(),
  pointInTimeRecoveryEnablement: z.string().nullish(),
});

const schedulesForm = z.object({
  backupSchedules: z.array(z.object({ retention: z.string().nullish() })).nullish(),
});

const indexForm = z.object({
  name: z.string(),
  state: z.string().nullish(),
  fields: z.array(z.object({ fieldPath: z.string(), order: z.string().nullish() })).nullish(),
});

const fieldForm = z.object({
  name: z.string(),
  indexConfig: z
    .object({
      indexes: z
        .array(
          z.object({
            state: z.string().nullish(),
            fields: z.array(z.object({ order: z.string().nullish() })).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
  ttlConfig: z.object({ state: z.string().nullish() }).nullish(),
});

const siteForm = z.object({
  name: z.string(),
  fields: z
    .object({
      tick: z
        .object({
          mapValue: z.object({
            fields: z.object({ at: z.object({ integerValue: z.string().regex(/^\d{1,16}$/) }) }),
          }),
        })
        .optional(),
    })
    .nullish(),
});

const viewer = 'roles/datastore.viewer';
const pathOf = ({ project, id }: Database): string => `v1/projects/${project}/databases/${id}`;

type Wanted = {
  readonly collection: string;
  /** Each with its order, as Firestore writes it. */
  readonly fields: readonly string[];
};
const wantedOf = (collection: string, fields: readonly IndexedField[]): Wanted => ({
  collection,
  fields: fields.map(({ field, order }) => `${field} ${order.toUpperCase()}`),
});
const own = (id: string) => indexes.filter(({ database }) => database === id);

/** What queries of several fields need. */
const compositesOf = (id: string): readonly Wanted[] =>
  own(id).flatMap(({ collection, composite }) => composite.map((fields) => wantedOf(collection, fields)));
/** What queries of one field need; nothing else is indexed. */
const singlesOf = (id: string): readonly Wanted[] =>
  own(id).flatMap(({ collection, single }) => single.map((field) => wantedOf(collection, [field])));

async function databaseChecks(database: Database, { google }: DoctorWorld): Promise<readonly Check[]> {
  const { ok, broken, unread } = look('data', `database ${database.id}`);
  const seen = await google.ask({
    api: 'firestore',
    path: pathOf(database),
    form: databaseForm,
    what: `the database ${database.id}`,
    role: viewer,
    project: database.project,
  });
  if (!seen.ok) return [unread(seen)];
  const isKeys = database.id === 'keys';
  const { type, locationId, deleteProtectionState, pointInTimeRecoveryEnablement } = seen.value;
  const problems: Check[] = [];
  if (type !== 'FIRESTORE_NATIVE') {
    problems.push(
      broken(
        `is in ${type === 'DATASTORE_MODE' ? 'Datastore mode' : 'no native mode'}, which the functions do not speak`,
        'it cannot be changed once it holds something: use another project',
      ),
    );
  }
  if (locationId !== database.location) {
    problems.push(
      broken(
        `is in ${locationId ?? 'no place'} and not in ${database.location}`,
        'a database cannot move: set database_location to where it is',
      ),
    );
  }
  if (deleteProtectionState !== 'DELETE_PROTECTION_ENABLED') {
    problems.push(
      broken(
        'can be deleted with one call',
        isKeys ? apply : `${apply} with keep_databases = true; for a trial that is to vanish it is meant so`,
      ),
    );
  }
  if (isKeys && pointInTimeRecoveryEnablement !== 'POINT_IN_TIME_RECOVERY_ENABLED') {
    problems.push(broken('cannot be put back to a minute of the last seven days', apply));
  }
  const rest = isKeys ? ', recoverable to each minute of seven days' : '';
  return allOr(problems, ok(`in ${database.location}, protected from deletion${rest}`));
}

async function backupChecks(database: Database, { google }: DoctorWorld): Promise<readonly Check[]> {
  const { ok, broken, unread } = look('data', `backups of ${database.id}`);
  const seen = await google.ask({
    api: 'firestore',
    path: `${pathOf(database)}/backupSchedules`,
    form: schedulesForm,
    what: `the backup schedules of ${database.id}`,
    role: 'roles/datastore.backupSchedulesViewer',
    project: database.project,
  });
  if (!seen.ok) return [unread(seen)];
  const count = seen.value.backupSchedules?.length ?? 0;
  return [
    count === 0
      ? broken('there are none: who may sign is lost with the database', `${apply} with backups = true`)
      : ok(`${count} schedule${count === 1 ? '' : 's'}; after a restore: watchdog handover restored`),
  ];
}

const collectionOf = (name: string): string => /\/collectionGroups\/([^/]+)\//.exec(name)?.[1] ?? '';
type Index = { readonly wanted: Wanted; readonly state: string | null | undefined };

const compositeIndex = ({ name, state, fields }: z.output<typeof indexForm>): Index => ({
  wanted: {
    collection: collectionOf(name),
    fields: (fields ?? [])
      .filter(({ fieldPath }) => fieldPath !== '__name__')
      .map(({ fieldPath, order }) => `${fieldPath} ${order ?? ''}`),
  },
  state,
});
const singleIndexes = ({ name, indexConfig }: z.output<typeof fieldForm>): Index[] =>
  (indexConfig?.indexes ?? []).map(({ state, fields }) => ({
    wanted: {
      collection: collectionOf(name),
      fields: [`${name.split('/').at(-1) ?? ''} ${fields?.[0]?.order ?? ''}`],
    },
    state,
  }));

async function indexChecks(database: Database, { google }: DoctorWorld): Promise<readonly Check[]> {
  const { ok, broken, unknown, unread } = look('data', `indexes of ${database.id}`);
  const common = {
    api: 'firestore',
    role: 'roles/datastore.indexAdmin',
    project: database.project,
  } as const;
  const [composites, singles] = await Promise.all([
    google.list({
      ...common,
      path: `${pathOf(database)}/collectionGroups/-/indexes`,
      items: 'indexes',
      item: indexForm,
      what: `the indexes of ${database.id}`,
    }),
    google.list({
      ...common,
      path: `${pathOf(database)}/collectionGroups/-/fields`,
      query: { filter: 'indexConfig.usesAncestorConfig:false' },
      items: 'fields',
      item: fieldForm,
      what: `the indexed fields of ${database.id}`,
    }),
  ]);
  if (!composites.ok) return [unread(composites)];
  if (!singles.ok) return [unread(singles)];
  const there = [...composites.value.map(compositeIndex), ...singles.value.flatMap(singleIndexes)];
  const wanted = [...compositesOf(database.id), ...singlesOf(database.id)];
  const problems = wanted.flatMap(({ collection, fields }) => {
    const index = there.find(
      (each) => each.wanted.collection === collection && each.wanted.fields.join() === fields.join(),
    );
    const name = `${collection} by ${fields.map((field) => field.split(' ')[0]).join(' and ')}`;
    if (index === undefined) return [broken(`${name} is missing: that query fails`, apply)];
    if (index.state === 'READY') return [];
    return index.state === 'CREATING'
      ? [unknown(`${name} is still being built`, 'look again in some minutes')]
      : [
          broken(
            `${name} is ${(index.state ?? 'in no state').toLowerCase()}`,
            'delete it in the console and run terraform apply',
          ),
        ];
  });
  return allOr(problems, ok('ready'));
}

async function endingChecks(database: Database, { google }: DoctorWorld): Promise<readonly Check[]> {
  const { ok, broken, unknown, unread } = look('data', `what ends by itself in ${database.id}`);
  const seen = await google.list({
    api: 'firestore',
    path: `${pathOf(database)}/collectionGroups/-/fields`,
    query: { filter: 'ttlConfig:*' },
    items: 'fields',
    item: fieldForm,
    what: `the fields of ${database.id}`,
    role: 'roles/datastore.indexAdmin',
    project: database.project,
  });
  if (!seen.ok) return [unread(seen)];
  const ending = seen.value.filter(({ ttlConfig }) => ttlConfig !== null && ttlConfig !== undefined);
  const missing = own(database.id).flatMap(({ collection, expiring }) => {
    if (expiring === null) return [];
    const isThere = ending.some(
      ({ name }) => collectionOf(name) === collection && name.split('/').at(-1) === expiring,
    );
    return isThere
      ? []
      : [broken(`${collection} has no time to live by ${expiring}: it grows for ever`, apply)];
  });
  const troubles = ending.flatMap(({ name, ttlConfig }) => {
    if (ttlConfig?.state === 'ACTIVE') return [];
    const where = `${collectionOf(name)} by ${name.split('/').at(-1) ?? ''}`;
    return ttlConfig?.state === 'CREATING'
      ? [unknown(`${where} is still being set up`, 'look again in some minutes')]
      : [broken(`${where} needs repair`, apply)];
  });
  return allOr([...missing, ...troubles], ok(ending.map(({ name }) => collectionOf(name)).join(', ')));
}

const tickPatienceMs = 2 * 60_000;

async function tickChecks(database: Database, world: DoctorWorld): Promise<readonly Check[]> {
  const { google, at, prepared } = world;
  const seen = await google.list({
    api: 'firestore',
    path: `${pathOf(database)}/documents/sites`,
    query: { pageSize: '300', 'mask.fieldPaths': 'tick' },
    items: 'documents',
    item: siteForm,
    what: 'the documents of the sites',
    role: viewer,
    project: database.project,
  });
  if (!seen.ok) return [look('data', 'ticks').unread(seen)];
  const ticks = new Map(
    seen.value.map(({ name, fields }) => [
      name.split('/').at(-1) ?? '',
      fields?.tick === undefined ? null : Number(fields.tick.mapValue.fields.at.integerValue),
    ]),
  );
  const sites = prepared?.sites ?? [...ticks.keys()];
  const where = 'look at the job watch above, and into the log of watch';
  if (sites.length === 0) return [look('data', 'ticks').broken('no site was ever watched', where)];
  return sites.map((site) => {
    const { ok, broken, unknown } = look('data', `site ${site}`);
    const tick = ticks.get(site) ?? null;
    if (tick === null) return broken('was never watched: no tick was written', where);
    const age = at - tick;
    if (isAhead(age)) return unknown(`its last tick ${aheadWords[0]}`, aheadWords[1]);
    return age > tickPatienceMs
      ? broken(`was watched last ${duration(age)} ago: nobody watches it now`, where)
      : ok(`watched ${duration(Math.max(0, age))} ago`);
  });
}

export async function examineData(world: DoctorWorld): Promise<readonly Check[]> {
  const { databases } = world.outputs;
  const found = await Promise.all([
    ...Object.values(databases).map((database) => databaseChecks(database, world)),
    backupChecks(databases.keys, world),
    indexChecks(databases.default, world),
    indexChecks(databases.inbox, world),
    endingChecks(databases.default, world),
    tickChecks(databases.default, world),
  ]);
  return found.flat();
}

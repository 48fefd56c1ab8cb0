// Reads what Compute shows: machines, disks, snapshots, templates, operations, what a node publishes and its console. All of it is as untrusted as a network.
import { z } from 'zod';
import type { NodeSeen } from '../domain/standby/standby.ts';
import { labels as labelNames } from '../domain/standby/rules.ts';
import type { DiskSeen, OperationState, SnapshotSeen } from './cloud.ts';
import { attachedDisks, dataDisk, templateDisks } from './compute-disks.ts';
import { computeCode, computeText } from './compute-failure.ts';

const resourceName = z.string().regex(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/);
const labels = z
  .record(z.string().max(63), z.string().max(63))
  .nullish()
  .transform((given) => given ?? {});
const warning = z.object({ code: z.string().nullish() }).nullish();

// Google's client makes an empty message of whatever JSON it gets. What does not say what it is proves nothing, least of all an absence.
const kind = (of: string) => z.literal(`compute#${of}`);

/** A page of a list over all zones. */
export const page = (of: 'instance' | 'disk') =>
  z.object({
    kind: kind(`${of}AggregatedList`),
    items: z.record(z.string(), z.unknown()).nullish(),
    nextPageToken: z.string().max(4_096).nullish(),
    unreachables: z.array(z.unknown()).nullish(),
    warning,
  });
export type Page = z.infer<ReturnType<typeof page>>;

const resources = z.array(z.unknown()).max(500).nullish();
const scope = z.object({ instances: resources, disks: resources, warning });

// Warnings that say nothing against what is listed beside them. All others, and those of tomorrow, leave something out.
const harmless = new Set([
  'NO_RESULTS_ON_PAGE',
  'DEPRECATED_RESOURCE_USED',
  'DEPRECATED_TYPE_USED',
  'EXPERIMENTAL_TYPE_USED',
]);
const leavesOut = (given: z.infer<typeof warning>): boolean =>
  typeof given?.code === 'string' && given.code !== '' && !harmless.has(given.code);

const when = z
  .string()
  .nullish()
  .transform((text) => {
    const at = typeof text === 'string' ? Date.parse(text) : Number.NaN;
    return Number.isFinite(at) ? at : null;
  });

const text = z.string().nullish();
const scheduling = z
  .object({
    preemptible: z.boolean().nullish(),
    provisioningModel: text,
    maxRunDuration: z.object({ seconds: z.unknown() }).nullish(),
    terminationTime: text,
  })
  .nullish();

const instance = z.object({
  id: z.string().regex(/^\d{1,20}$/),
  name: resourceName,
  status: z.string().regex(/^[A-Z_]{1,40}$/),
  creationTimestamp: when,
  labels,
  deletionProtection: z.boolean().nullish(),
  scheduling,
  resourceStatus: z.object({ scheduling: z.object({ terminationTimestamp: text }).nullish() }).nullish(),
});

const isSet = (value: string | null | undefined): boolean =>
  value !== null && value !== undefined && value !== '';

function hasFuse({ scheduling: plan, resourceStatus }: z.infer<typeof instance>): boolean {
  return (
    plan?.preemptible === true ||
    // Every other model than the standard one ends by itself.
    (isSet(plan?.provisioningModel) && plan?.provisioningModel !== 'STANDARD') ||
    (plan?.maxRunDuration !== null && plan?.maxRunDuration !== undefined) ||
    isSet(plan?.terminationTime) ||
    isSet(resourceStatus?.scheduling?.terminationTimestamp)
  );
}

const shown = (seen: z.infer<typeof instance>, zone: string): NodeSeen => ({
  zone,
  name: seen.name,
  id: seen.id,
  status: seen.status,
  createdAt: seen.creationTimestamp,
  labels: seen.labels,
  isProtected: seen.deletionProtection === true,
  hasFuse: hasFuse(seen),
});

const node = (zone: string) => instance.transform((seen) => shown(seen, zone));

/** The machine of that place and name; anything else is no answer. */
export const oneNode = (zone: string, name: string) =>
  instance.extend({ kind: kind('instance'), name: z.literal(name) }).transform((seen) => shown(seen, zone));

/** Of the machine of that place and name its data disk, null when it has none; and whether a drill made it, which nobody holds. */
export const keepable = (zone: string, name: string) =>
  instance
    .extend({ kind: kind('instance'), name: z.literal(name), disks: attachedDisks })
    .transform(({ labels: given, deletionProtection, disks }) => ({
      isOfDrill:
        Object.hasOwn(given, labelNames.drill) &&
        !Object.hasOwn(given, labelNames.hold) &&
        deletionProtection !== true,
      disk: dataDisk(disks ?? [], zone),
    }));

/** The disks of the template of that name. */
export const disksOfTemplate = (name: string) =>
  z
    .object({
      kind: kind('instanceTemplate'),
      name: z.literal(name),
      properties: z.object({ disks: templateDisks }),
    })
    .transform(({ properties }) => properties.disks ?? []);

const disk = (zone: string) =>
  z
    .object({
      name: resourceName,
      sizeGb: z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
      users: z.array(z.unknown()).nullish(),
      labels,
    })
    .transform((seen): DiskSeen => ({
      zone,
      name: seen.name,
      gib: seen.sizeGb,
      isAttached: (seen.users ?? []).length > 0,
      labels: seen.labels,
    }));

export type Listed<Resource> = { readonly all: readonly Resource[]; readonly isWhole: boolean };

function listed<Resource>(
  given: Page,
  resource: 'instances' | 'disks',
  reading: (zone: string) => z.ZodType<Resource>,
): Listed<Resource> {
  const all: Resource[] = [];
  let isWhole = (given.unreachables ?? []).length === 0 && !leavesOut(given.warning);
  for (const [key, value] of Object.entries(given.items ?? {})) {
    const read = scope.safeParse(value);
    const zone = /^zones\/([a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)$/.exec(key)?.[1];
    const found = read.data?.[resource];
    if (!read.success || leavesOut(read.data.warning)) isWhole = false;
    // Ours are in zones; a region can only have disks of other people.
    if (zone === undefined) continue;
    for (const each of found ?? []) {
      const seen = reading(zone).safeParse(each);
      // What cannot be read may be what somebody looks for.
      if (seen.success) all.push(seen.data);
      else isWhole = false;
    }
  }
  return { all, isWhole };
}

/** The machines of a page that carry our label with this value, whatever the filter did. */
export function nodesOf(given: Page, prefix: string): Listed<NodeSeen> {
  const { all, isWhole } = listed(given, 'instances', node);
  return { all: all.filter((each) => each.labels[labelNames.ours] === prefix), isWhole };
}

/** The disks of a page that carry our label with this value, or that are named like our nodes. */
export function disksOf(given: Page, prefix: string): Listed<DiskSeen> {
  const { all, isWhole } = listed(given, 'disks', disk);
  const isOurs = (each: DiskSeen): boolean =>
    each.labels[labelNames.ours] === prefix || each.name.startsWith(`${prefix}-`);
  return { all: all.filter(isOurs), isWhole };
}

/** A page of the list of snapshots. */
export const snapshotPage = z.object({
  kind: kind('snapshotList'),
  items: resources,
  nextPageToken: z.string().max(4_096).nullish(),
  warning,
});

const snapshot = z
  .object({
    name: resourceName,
    status: z.string().regex(/^[A-Z_]{1,40}$/),
    creationTimestamp: when,
    storageBytes: z
      .string()
      .regex(/^\d{1,18}$/)
      .nullish(),
    labels,
  })
  .transform((seen): SnapshotSeen => ({
    name: seen.name,
    status: seen.status,
    createdAt: seen.creationTimestamp,
    gib: typeof seen.storageBytes === 'string' ? Number(seen.storageBytes) / 1024 ** 3 : null,
    labels: seen.labels,
  }));

/** The snapshots of a page that carry our label with this value, whatever the filter did. */
export function snapshotsOf(given: z.infer<typeof snapshotPage>, prefix: string): Listed<SnapshotSeen> {
  const read = (given.items ?? []).map((each) => snapshot.safeParse(each));
  return {
    all: read.flatMap(({ data }) => (data?.labels[labelNames.ours] === prefix ? [data] : [])),
    // What cannot be read may be what somebody looks for.
    isWhole: !leavesOut(given.warning) && read.every(({ success }) => success),
  };
}

const operationShape = z.object({
  kind: kind('operation'),
  status: z.string(),
  error: z
    .object({
      errors: z
        .array(z.object({ code: text, message: text }))
        .max(100)
        .nullish(),
    })
    .nullish(),
  httpErrorStatusCode: z.number().nullish(),
});

/** How an operation goes. A failure keeps the first code that Compute gives. */
export const operationState = operationShape.transform(
  ({ status, error, httpErrorStatusCode }): OperationState => {
    if (status !== 'DONE') return { state: 'unfinished' };
    const first = error?.errors?.[0];
    const http = httpErrorStatusCode ?? 0;
    if (first === undefined && http < 400) return { state: 'done' };
    const code = computeCode(first?.code, http >= 400 ? `HTTP_${http}` : 'UNKNOWN');
    return { state: 'failed', code, text: computeText(first?.message ?? '') || code };
  },
);

/** Name of the operation that a call has begun. */
export const begun = z
  .object({ kind: kind('operation'), name: resourceName })
  .transform(({ name }) => ({ operation: name }));

const mostReportBytes = 16 * 1024;

/** What the agent has published, null when it has not. */
export const guestReport = z
  .object({
    kind: kind('guestAttributes'),
    queryValue: z
      .object({
        items: z
          .array(z.object({ namespace: text, key: text, value: text }))
          .max(1_000)
          .nullish(),
      })
      .nullish(),
  })
  .transform(({ queryValue }): string | null => {
    const item = queryValue?.items?.find(
      ({ namespace, key }) => namespace === 'watchdog' && key === 'report',
    );
    const value = item?.value ?? null;
    return value === null ? null : Buffer.from(value).subarray(0, mostReportBytes).toString('utf8');
  });

// oxlint-disable-next-line no-control-regex -- that is what a console sends
const colours = /\u001B\[[0-?]*[ -/]*[@-~]/g;

/** The last lines of a console that say something, without what looks secret: whatever runs on a node writes there. */
export const consoleLines = (most: number) =>
  z.object({ kind: kind('serialPortOutput'), contents: text }).transform(({ contents }) =>
    (contents ?? '')
      .split(/[\r\n]+/)
      .slice(-10 * most)
      .map((line) => computeText(line.replaceAll(colours, '')))
      .filter((line) => line !== '')
      .slice(-most),
  );

// A person's own hand on the machine that is to hold keys: looks at it, and protects it. No function can do that, and nothing here undoes it.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { MachineFact } from '../functions/domain/handover/facts.ts';
import { labels as labelNames } from '../functions/domain/standby/rules.ts';
import type { Clock } from '../functions/kit/clock.ts';
import { describeError } from '../functions/kit/error.ts';
import { isThisMachine } from '../functions/kit/http-post.ts';
import { redactText } from '../functions/kit/redact.ts';
import type { HandoverWorld, Place, Tried } from './handover/world.ts';

/** What is called of Compute, each with the permission that the person needs. Source: https://cloud.google.com/compute/docs/reference/rest/v1 */
export const machineMethods = {
  'compute.instances.get': 'compute.instances.get',
  'compute.instances.setDeletionProtection': 'compute.instances.setDeletionProtection',
  'compute.instances.setDiskAutoDelete': 'compute.instances.setDiskAutoDelete',
  'compute.zoneOperations.get': 'compute.zoneOperations.get',
} as const;

const scope = 'https://www.googleapis.com/auth/compute';
const timeoutMs = 15_000;
const mostBytes = 2_000_000;
/** An operation that takes longer is looked for by hand. */
const mostLooks = 60;

const text = z.string().nullish();
const instance = z.object({
  kind: z.literal('compute#instance'),
  id: z.string().regex(/^\d{1,20}$/),
  name: z.string(),
  status: z.string().regex(/^[A-Z_]{1,40}$/),
  deletionProtection: z.boolean().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  scheduling: z
    .object({
      preemptible: z.boolean().nullish(),
      provisioningModel: text,
      maxRunDuration: z.unknown().optional(),
      terminationTime: text,
    })
    .nullish(),
  resourceStatus: z.object({ scheduling: z.object({ terminationTimestamp: text }).nullish() }).nullish(),
  disks: z.array(z.object({ deviceName: z.string().max(200), autoDelete: z.boolean().nullish() })).max(200),
});
type Instance = z.output<typeof instance>;

const operation = z.object({
  name: z.string().max(200),
  status: z.string().max(40),
  error: z.object({ errors: z.array(z.object({ code: z.string().max(100) })).max(20) }).nullish(),
});

const isSet = (value: unknown): boolean => value !== null && value !== undefined && value !== '';

function hasFuse({ scheduling, resourceStatus }: Instance): boolean {
  return (
    scheduling?.preemptible === true ||
    (isSet(scheduling?.provisioningModel) && scheduling?.provisioningModel !== 'STANDARD') ||
    isSet(scheduling?.maxRunDuration) ||
    isSet(scheduling?.terminationTime) ||
    isSet(resourceStatus?.scheduling?.terminationTimestamp)
  );
}

const factOf = (seen: Instance, place: Place, askedAt: number): MachineFact => ({
  askedAt,
  place,
  id: seen.id,
  status: seen.status,
  hasFuse: hasFuse(seen),
  isProtected: seen.deletionProtection === true,
  disksThatGo: seen.disks.filter(({ autoDelete }) => autoDelete === true).map(({ deviceName }) => deviceName),
  isOfDrill: Object.hasOwn(seen.labels ?? {}, labelNames.drill),
});

const no = (why: string): { readonly ok: false; readonly why: string } => ({ ok: false, why });

function refusalOf(status: number, need: string): string {
  if (status === 401) return 'Google does not know you: run gcloud auth application-default login';
  if (status === 403) return `you may not: you need the permission ${need}`;
  return status === 404 ? 'there is no such machine' : `Compute answered with ${status}`;
}

type Asked<Value> = {
  readonly verb: 'GET' | 'POST';
  /** Below the zone. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly shape: z.ZodType<Value>;
  readonly need: string;
};

export type MachineOptions = {
  readonly clock: Clock;
  /** For a pretended Compute on this machine; it gets no token. */
  readonly endpoint?: string | undefined;
};

/** Never rejects for what Compute or a network can do. */
export function openMachine({ clock, endpoint }: MachineOptions): HandoverWorld['machine'] {
  const base = new URL(endpoint ?? 'https://compute.googleapis.com');
  const tokenFor = async (url: URL): Promise<Record<string, string>> => {
    if (isThisMachine(base)) return {};
    const { GoogleAuth } = await import('google-auth-library');
    const client = await new GoogleAuth({ scopes: [scope] }).getClient();
    return Object.fromEntries((await client.getRequestHeaders(url.href)).entries());
  };
  const ask = async <Value>(
    { project, zone }: Place,
    asked: Asked<Value>,
    signal: AbortSignal,
  ): Promise<Tried<Value>> => {
    const url = new URL(`/compute/v1/projects/${project}/zones/${zone}/${asked.path}`, base);
    for (const [name, value] of Object.entries(asked.query ?? {})) url.searchParams.set(name, value);
    const agent = new Agent({ connections: 1 });
    try {
      const { statusCode, body } = await request(url, {
        method: asked.verb,
        headers: await tokenFor(url),
        dispatcher: agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of body) {
        size += chunk.length;
        if (size > mostBytes) return no('Compute answered with more than an answer has');
        chunks.push(chunk);
      }
      if (statusCode !== 200) return no(refusalOf(statusCode, asked.need));
      const read = asked.shape.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      return read.success
        ? { ok: true, value: read.data }
        : no('the answer of Compute is none that is known');
    } catch (error) {
      const why = redactText(describeError(error));
      return no(
        /default credentials/i.test(why)
          ? 'Google does not know you: run gcloud auth application-default login'
          : `Compute was not reached: ${why}`,
      );
    } finally {
      await agent.destroy().catch(() => undefined);
    }
  };
  const get = (place: Place, signal: AbortSignal): Promise<Tried<Instance>> =>
    ask(
      place,
      {
        verb: 'GET',
        path: `instances/${place.name}`,
        shape: instance.refine(({ name }) => name === place.name),
        need: machineMethods['compute.instances.get'],
      },
      signal,
    );
  const change = async (
    place: Place,
    asked: Pick<Asked<unknown>, 'path' | 'query' | 'need'>,
    signal: AbortSignal,
  ): Promise<Tried<null>> => {
    const query = { ...asked.query, requestId: randomUUID() };
    const begun = await ask(place, { ...asked, query, verb: 'POST', shape: operation }, signal);
    if (!begun.ok) return begun;
    let { value } = begun;
    for (let look = 0; value.status !== 'DONE' && look < mostLooks; look += 1) {
      const need = machineMethods['compute.zoneOperations.get'];
      // oxlint-disable no-await-in-loop -- until it is over
      await wait(look < 5 ? 200 : 1_000);
      const seen = await ask(
        place,
        { verb: 'GET', path: `operations/${value.name}`, shape: operation, need },
        signal,
      );
      // oxlint-enable no-await-in-loop
      if (!seen.ok) return seen;
      value = seen.value;
    }
    if (value.status !== 'DONE') return no('it is not done yet: look again with watchdog handover prepare');
    const [error] = value.error?.errors ?? [];
    return error === undefined ? { ok: true, value: null } : no(`Compute refused it: ${error.code}`);
  };

  return {
    look: async (place, signal) => {
      const seen = await get(place, signal);
      return seen.ok ? { ok: true, value: factOf(seen.value, place, clock.now()) } : seen;
    },
    protect: async (place, told, signal) => {
      const seen = await get(place, signal);
      if (!seen.ok) return seen;
      const path = `instances/${place.name}`;
      if (seen.value.deletionProtection !== true) {
        told('deletion protection: on');
        const done = await change(
          place,
          {
            path: `${path}/setDeletionProtection`,
            query: { deletionProtection: 'true' },
            need: machineMethods['compute.instances.setDeletionProtection'],
          },
          signal,
        );
        if (!done.ok) return done;
      }
      for (const { deviceName, autoDelete } of seen.value.disks) {
        if (autoDelete !== true) continue;
        told(`disk ${deviceName}: stays when the machine goes`);
        // oxlint-disable-next-line no-await-in-loop -- one after the other, as it is told
        const done = await change(
          place,
          {
            path: `${path}/setDiskAutoDelete`,
            query: { autoDelete: 'false', deviceName },
            need: machineMethods['compute.instances.setDiskAutoDelete'],
          },
          signal,
        );
        if (!done.ok) return done;
      }
      return { ok: true, value: null };
    },
  };
}

// Who reaches the database of the keys and the gate: every principal of every policy above them, by what its roles may. Pure.
import { holds } from './condition.ts';
import type { Binding } from './policy.ts';

export type Kind = 'project' | 'folder' | 'organization' | 'account' | 'service' | 'function' | 'secret';

/** A policy that was read. */
export type Source = {
  readonly kind: Kind;
  /** In words: `project my-keys`. */
  readonly where: string;
  /** What it stands above. */
  readonly covers: readonly ('keys' | 'gate')[];
  readonly bindings: readonly Binding[];
  /** How a binding is taken away. */
  readonly remove: (member: string, role: string) => string;
};

export type Place = {
  readonly keysProject: string;
  readonly gate: {
    readonly project: string;
    readonly region: string;
    readonly service: string;
    /** Null when the number of its project is not known. */
    readonly secret: string | null;
    /** The version that it has. */
    readonly version: number | null;
  } | null;
  readonly at: number;
};

export type Power =
  | 'write the keys'
  | 'deploy the gate'
  | "read the gate's secrets"
  | 'change who may'
  | 'act as one that reaches them';

/** One thing that a principal may do, and by which role. */
export type Reach = {
  readonly power: Power;
  readonly permission: string;
  readonly role: string;
  readonly where: string;
  readonly remove: string;
  /** False when it hangs on a condition, or on a role, that could not be read. */
  readonly isCertain: boolean;
};

/** What gives a power, over what. The list is short on purpose: one permission of each kind is enough to be on it. */
const giving: readonly {
  readonly power: Power;
  readonly over: 'keys' | 'gate' | 'both';
  readonly permissions: readonly string[];
}[] = [
  {
    power: 'write the keys',
    over: 'keys',
    permissions: [
      'datastore.entities.create',
      'datastore.entities.update',
      'datastore.entities.delete',
      'datastore.databases.import',
      'datastore.databases.bulkDelete',
      'datastore.databases.update',
      'datastore.databases.delete',
      // Rules let whoever has a browser in, past IAM.
      'firebaserules.releases.create',
      'firebaserules.releases.update',
    ],
  },
  {
    power: 'deploy the gate',
    over: 'gate',
    permissions: [
      'cloudfunctions.functions.create',
      'cloudfunctions.functions.update',
      'cloudfunctions.functions.delete',
      'run.services.create',
      'run.services.update',
      'run.services.delete',
    ],
  },
  { power: "read the gate's secrets", over: 'gate', permissions: ['secretmanager.versions.access'] },
  {
    power: 'change who may',
    over: 'both',
    permissions: [
      'resourcemanager.projects.setIamPolicy',
      'resourcemanager.folders.setIamPolicy',
      'resourcemanager.organizations.setIamPolicy',
      'iam.roles.update',
    ],
  },
  {
    power: 'change who may',
    over: 'gate',
    permissions: [
      'iam.serviceAccounts.setIamPolicy',
      'run.services.setIamPolicy',
      'cloudfunctions.functions.setIamPolicy',
      'secretmanager.secrets.setIamPolicy',
    ],
  },
  {
    power: 'act as one that reaches them',
    over: 'gate',
    permissions: [
      'iam.serviceAccounts.actAs',
      'iam.serviceAccounts.getAccessToken',
      'iam.serviceAccounts.implicitDelegation',
      'iam.serviceAccounts.signBlob',
      'iam.serviceAccounts.signJwt',
      'iam.serviceAccountKeys.create',
    ],
  },
];

/** A role on one thing gives only what is of that thing. */
const within: Readonly<Partial<Record<Kind, string>>> = {
  account: 'iam.',
  service: 'run.',
  function: 'cloudfunctions.',
  secret: 'secretmanager.',
};

/** What a permission is about, for conditions. */
function reachedBy(permission: string, { keysProject, gate, at }: Place) {
  const service = permission.split('.')[0] ?? '';
  switch (service) {
    case 'datastore':
      return { name: `projects/${keysProject}/databases/keys`, services: ['firestore', 'datastore'], at };
    case 'run':
      return {
        name:
          gate === null ? null : `projects/${gate.project}/locations/${gate.region}/services/${gate.service}`,
        services: [service],
        at,
      };
    case 'cloudfunctions':
      return {
        name:
          gate === null
            ? null
            : `projects/${gate.project}/locations/${gate.region}/functions/${gate.service}`,
        services: [service],
        at,
      };
    case 'secretmanager':
      return { name: gate?.secret ?? null, services: [service], at };
    case 'resourcemanager':
      return { name: null, services: ['cloudresourcemanager'], at };
    default:
      return { name: null, services: [service], at };
  }
}

/**
 * What is read is a version, and its name is longer than that of its secret. Where the one lets through and the other does not, it depends on
 * the version.
 */
function lets(expression: string, permission: string, place: Place): boolean | null {
  const reached = reachedBy(permission, place);
  const truth = holds(expression, reached);
  if (permission !== 'secretmanager.versions.access' || reached.name === null) return truth;
  const ofVersion = holds(expression, {
    ...reached,
    name: `${reached.name}/versions/${place.gate?.version ?? 1}`,
  });
  return ofVersion === truth ? truth : null;
}

/** Permissions of a role; null when they could not be read. */
export type Roles = ReadonlyMap<string, ReadonlySet<string> | null>;

function reachOf(
  source: Source,
  binding: Binding,
  member: string,
  { roles, place }: { roles: Roles; place: Place },
): Reach[] {
  const { role, condition } = binding;
  const remove = source.remove(member, role);
  const permissions = roles.get(role) ?? null;
  const entry = { role, where: source.where, remove };
  if (permissions === null) {
    return [{ ...entry, power: 'change who may', permission: 'nobody knows which', isCertain: false }];
  }
  const prefix = within[source.kind] ?? '';
  return giving.flatMap(({ power, over, permissions: wanted }) => {
    const isAbove = over === 'both' || source.covers.includes(over);
    if (!isAbove) return [];
    const given = wanted
      .filter((each) => each.startsWith(prefix) && permissions.has(each))
      .map((permission) => ({
        permission,
        holds:
          condition === null || condition === undefined
            ? true
            : lets(condition.expression, permission, place),
      }))
      .filter((each) => each.holds !== false);
    const [first] = given.toSorted((a, b) => Number(b.holds === true) - Number(a.holds === true));
    return first === undefined
      ? []
      : [{ ...entry, power, permission: first.permission, isCertain: first.holds === true }];
  });
}

/** Nobody acts as what was deleted. */
const isGone = (member: string): boolean => member.startsWith('deleted:');

/** By principal, as policies write it; everything that it may do to either. */
export function reach(
  sources: readonly Source[],
  known: { readonly roles: Roles; readonly place: Place },
): ReadonlyMap<string, readonly Reach[]> {
  const found = new Map<string, Reach[]>();
  for (const source of sources) {
    for (const binding of source.bindings) {
      for (const member of binding.members) {
        if (isGone(member)) continue;
        const more = reachOf(source, binding, member, known);
        if (more.length > 0) found.set(member, [...(found.get(member) ?? []), ...more]);
      }
    }
  }
  return found;
}

const agentDomain =
  /^serviceAccount:service-(\d+)@(?:gcp-sa-[a-z0-9-]+|gcf-admin-robot|serverless-robot-prod|compute-system|containerregistry|cloud-redis|firebase-rules)\.iam\.gserviceaccount\.com$/;

/** What Google itself runs in this project, with nothing but the role that it made for it: nobody else can act as it. */
export function isOwnAgent(member: string, reaches: readonly Reach[], numbers: readonly string[]): boolean {
  const [, number] = agentDomain.exec(member) ?? [];
  return (
    number !== undefined &&
    numbers.includes(number) &&
    reaches.every(({ role }) => /^roles\/[a-zA-Z0-9.]+\.serviceAgent$/i.test(role))
  );
}

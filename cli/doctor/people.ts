// Who may write who may sign, or change or be the gate: read from every policy that can be read. What cannot is said, and never taken for good.
import { accountKeyChecks } from './account-keys.ts';
import { apply, type Check, type DoctorWorld, look } from './check.ts';
import type { Binding } from './policy.ts';
import { isOwnAgent, type Place, type Reach, reach, type Source } from './reach.ts';
import { type Permissions, readAccount, readGate, readProject, readRole } from './read-policies.ts';

const rolesIn = (sources: readonly Source[]): string[] => [
  ...new Set(sources.flatMap(({ bindings }) => bindings.map(({ role }: Binding) => role))),
];

const accountsIn = (members: Iterable<string>): string[] =>
  [...members].flatMap((member) => /^serviceAccount:([^?]+)$/.exec(member)?.[1] ?? []);

const mostRounds = 5;

type Gathered = {
  readonly reaches: ReadonlyMap<string, readonly Reach[]>;
  readonly checks: readonly Check[];
  readonly numbers: readonly string[];
};

/** Policies, roles, and the policies of accounts that turn out to reach something, until no new ones turn up. */
async function gather(world: DoctorWorld): Promise<Gathered> {
  const { outputs, at } = world;
  const { gate } = outputs.functions;
  const keysProject = outputs.keys_project;
  const gateProject = gate?.project ?? keysProject;
  const projects: (readonly [string, Source['covers']])[] =
    gateProject === keysProject
      ? [[keysProject, ['keys', 'gate']]]
      : [
          [keysProject, ['keys']],
          [gateProject, ['gate']],
        ];
  const [hanging, ...read] = await Promise.all([
    readGate(world),
    ...projects.map(([project, covers]) => readProject(project, covers, world)),
  ]);
  const sources = [...read.flatMap((each) => each.sources), ...hanging.sources];
  const checks = [...read.flatMap((each) => each.checks), ...hanging.checks];
  const numbers = read.flatMap(({ number }) => number ?? []);
  const gateNumber = read.at(-1)?.number ?? null;
  const secret = outputs.secrets['gate'];
  const place: Place = {
    keysProject,
    gate:
      gate === undefined
        ? null
        : {
            project: gate.project,
            region: gate.region,
            service: gate.name,
            secret:
              gateNumber === null || secret === undefined
                ? null
                : `projects/${gateNumber}/secrets/${secret.id}`,
            version: secret?.version ?? null,
          },
    at,
  };
  const roles = new Map<string, Permissions>();
  const looked = new Set<string>();
  let reaches: ReadonlyMap<string, readonly Reach[]> = new Map();
  for (let round = 0; round < mostRounds; round += 1) {
    const wanted = rolesIn(sources).filter((role) => !roles.has(role));
    // oxlint-disable-next-line no-await-in-loop -- what is read says what to read next
    const permissions = await Promise.all(
      wanted.map(async (role) => [role, await readRole(role, world)] as const),
    );
    for (const [role, each] of permissions) roles.set(role, each);
    reaches = reach(sources, { roles, place });
    // The gate's own account reads its key: whoever is it, is the gate.
    const accounts = [...(gate === undefined ? [] : [gate.service_account]), ...accountsIn(reaches.keys())];
    const fresh = [...new Set(accounts)].filter((email) => !looked.has(email));
    if (fresh.length === 0) break;
    for (const email of fresh) looked.add(email);
    // oxlint-disable-next-line no-await-in-loop -- what is read says what to read next
    const policies = await Promise.all(fresh.map((email) => readAccount(email, world)));
    sources.push(...policies.flatMap((each) => each.sources));
    checks.push(...policies.flatMap((each) => each.checks));
  }
  return { reaches, checks, numbers };
}

const sentence = (reaches: readonly Reach[]): string => {
  const byPower = new Map<string, Set<string>>();
  for (const { power, role, where } of reaches) {
    byPower.set(power, (byPower.get(power) ?? new Set()).add(`${role} of ${where}`));
  }
  return [...byPower].map(([power, by]) => `${power} (${[...by].join(', ')})`).join('; ');
};

function principalCheck(
  member: string,
  reaches: readonly Reach[],
  world: DoctorWorld,
  numbers: readonly string[],
): Check {
  const { ok, broken, unknown } = look('people', member);
  const { keepers, functions } = world.outputs;
  const says = sentence(reaches);
  if (keepers.includes(member)) return ok(`is a keeper: may ${says}`);
  if (isOwnAgent(member, reaches, numbers))
    return ok("is Google's own agent, with the role that Google made for it");
  const isGateItself =
    member === `serviceAccount:${functions['gate']?.service_account ?? ''}` &&
    reaches.every(({ power, where }) => power === "read the gate's secrets" && where.startsWith('secret '));
  if (isGateItself) return ok('is the gate: reads its own secrets');
  const certain = reaches.filter(({ isCertain }) => isCertain);
  const orKeeper = member.startsWith('user:')
    ? ' — or, if that is a person who may move keys, name it in keepers in terraform.tfvars and run terraform apply'
    : '';
  const todo = (of: readonly Reach[]): string =>
    `${[...new Set(of.map(({ remove }) => remove))].join(' ; ')}${orKeeper}`;
  return certain.length > 0
    ? broken(`is no keeper, and may ${sentence(certain)}`, todo(certain))
    : unknown(`may perhaps ${says}: a condition or a role of it could not be read`, todo(reaches));
}

/** Nobody can move keys when no keeper can write. */
function keeperChecks({ reaches, checks }: Gathered, { outputs }: DoctorWorld): Check[] {
  const { broken } = look('people', 'keepers');
  if (outputs.keepers.length === 0) {
    return [
      broken(
        'there are none: nobody may move keys',
        'name yourself in keepers in terraform.tfvars, and run terraform apply',
      ),
    ];
  }
  // A person may have it from a group, or from above where it could not be read.
  if (checks.length > 0) return [];
  const canWrite = outputs.keepers.some((keeper) =>
    reaches.get(keeper)?.some(({ power, isCertain }) => power === 'write the keys' && isCertain),
  );
  return canWrite ? [] : [broken('none of them may write the keys database', apply)];
}

export async function examinePeople(world: DoctorWorld): Promise<readonly Check[]> {
  const [gathered, accountKeys] = await Promise.all([gather(world), accountKeyChecks(world)]);
  const principals = [...gathered.reaches]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([member, reaches]) => principalCheck(member, reaches, world, gathered.numbers));
  return [...gathered.checks, ...keeperChecks(gathered, world), ...principals, ...accountKeys];
}

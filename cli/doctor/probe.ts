// What only trying shows: that no account of ours can write who may sign, that private functions are, and that a forged sender is not believed.
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Outputs } from '../deploy/outputs.ts';
import type { Google } from '../google/google.ts';
import { isThisMachine } from '../../functions/kit/http-post.ts';
import { allOr, type Check, type DoctorWorld, look } from './check.ts';

export type ProbeWorld = DoctorWorld & {
  /** Google as an account whose token this is. */
  readonly as: (token: string) => Google;
  /** What `status` is asked with; says why there is none. */
  readonly statusToken: () => Promise<
    { readonly ok: true; readonly token: string } | { readonly ok: false; readonly why: string }
  >;
};

// https://cloud.google.com/policy-intelligence/docs/reference/policytroubleshooter/rest/v3/iam/troubleshoot
const troubleForm = z.object({ overallAccessState: z.string() });
// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
const tokenForm = z.object({ accessToken: z.string().min(1) });

const writes = ['datastore.entities.create', 'datastore.entities.update', 'datastore.entities.delete'];

const accountsOf = ({
  functions,
  scheduler_service_account,
  build_service_account,
  standbys,
}: Outputs): string[] => [
  ...new Set(
    [
      ...Object.values(functions).map((each) => each.service_account),
      scheduler_service_account,
      build_service_account,
      standbys?.node_service_account,
    ].flatMap((email) => email ?? []),
  ),
];

/** Google's own word on who may what, conditions and everything above included. */
async function troubleshoot(email: string, { google, outputs }: ProbeWorld): Promise<readonly Check[]> {
  const { ok, broken, unknown } = look('probe', email);
  const project = outputs.keys_project;
  const answers = await Promise.all(
    writes.map(async (permission) => ({
      permission,
      answer: await google.ask({
        api: 'policytroubleshooter',
        path: 'v3/iam:troubleshoot',
        body: {
          accessTuple: {
            principal: email,
            fullResourceName: `//cloudresourcemanager.googleapis.com/projects/${project}`,
            permission,
            conditionContext: {
              resource: {
                service: 'firestore.googleapis.com',
                type: 'firestore.googleapis.com/Database',
                name: `projects/${project}/databases/keys`,
              },
            },
          },
        },
        form: troubleForm,
        what: `whether ${email} may write the keys database`,
        role: 'roles/iam.securityReviewer',
        project,
        mayRepeat: true,
      }),
    })),
  );
  const can = answers.filter(({ answer }) => answer.ok && answer.value.overallAccessState === 'CAN_ACCESS');
  if (can.length > 0) {
    return [
      broken(
        `may write the keys database (${can.map(({ permission }) => permission).join(', ')})`,
        'see who gives it that under people, take it away, and run terraform apply',
      ),
    ];
  }
  const failed = answers.flatMap(({ answer }) => (answer.ok ? [] : [answer]));
  const [first] = failed;
  if (first !== undefined) return [unknown(first.message)];
  const isSure = answers.every(
    ({ answer }) => answer.ok && answer.value.overallAccessState === 'CANNOT_ACCESS',
  );
  return [
    isSure
      ? ok('may not write the keys database, says Google')
      : unknown(
          'Google cannot tell you whether it may write the keys database: you may not see every policy above the project',
          'ask somebody who has roles/iam.securityReviewer in the organisation to run this',
        ),
  ];
}

/** A write that would change nothing even if it were let in: of a document that is not there, on the condition that it is. */
async function tryToWrite(email: string, world: ProbeWorld): Promise<readonly Check[]> {
  const { ok, broken, unknown } = look('probe', email);
  const { google, outputs, as } = world;
  const project = outputs.keys_project;
  const home = /@([a-z0-9-]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? outputs.project;
  const token = await google.ask({
    api: 'iamcredentials',
    path: `v1/projects/${home}/serviceAccounts/${email}:generateAccessToken`,
    body: { scope: ['https://www.googleapis.com/auth/datastore'], lifetime: '60s' },
    form: tokenForm,
    what: `a token of ${email}`,
    role: 'roles/iam.serviceAccountTokenCreator',
    project: home,
  });
  if (!token.ok) {
    // Nobody should be able to, and then Google's word is all there is.
    const isNobody = ['forbidden', 'missing', 'disabled'].includes(token.kind);
    return isNobody ? [] : [unknown(token.message)];
  }
  const name = `projects/${project}/databases/keys/documents/keys/doctor`;
  const written = await as(token.value.accessToken).ask({
    api: 'firestore',
    path: `v1/projects/${project}/databases/keys/documents:commit`,
    body: { writes: [{ update: { name, fields: {} }, currentDocument: { exists: true } }] },
    form: z.object({}),
    what: `a write into the keys database as ${email}`,
    role: 'none',
    project,
  });
  if (!written.ok && written.kind === 'forbidden')
    return [ok('was refused when it tried to write the keys database')];
  if (!written.ok && written.kind === 'missing') {
    const there = await google.ask({
      api: 'firestore',
      path: `v1/projects/${project}/databases/keys`,
      form: z.object({}),
      what: 'the database keys',
      role: 'roles/datastore.viewer',
      project,
    });
    if (!there.ok) {
      return [
        unknown(
          there.kind === 'missing'
            ? 'there is no database keys, so that nothing could be tried'
            : `whether the write was let in is not known: ${there.message}`,
          there.kind === 'missing' ? 'see it above, under data' : undefined,
        ),
      ];
    }
  }
  const isIn = written.ok || written.kind === 'missing' || written.kind === 'conflict';
  return [
    isIn
      ? broken(
          'was let into the keys database when it tried to write (nothing was changed)',
          'see who gives it that under people, take it away, and run terraform apply',
        )
      : unknown(written.ok ? '' : written.message),
  ];
}

const deadlineMs = 15_000;
const mostBytes = 4_096;

type Knocked =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly why: string };

async function knock(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<Knocked> {
  const agent = new Agent({ connections: 1, maxHeaderSize: 16_384 });
  try {
    const answered = await request(url, {
      headers,
      dispatcher: agent,
      signal: AbortSignal.timeout(deadlineMs),
    });
    answered.body.on('error', () => undefined);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answered.body) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > mostBytes) break;
      chunks.push(bytes);
    }
    return { ok: true, status: answered.statusCode, text: Buffer.concat(chunks).toString('utf8') };
  } catch {
    return { ok: false, why: `${url.host} could not be asked` };
  } finally {
    await agent.destroy().catch(() => undefined);
  }
}

/** What our public functions say to a GET of nothing. */
const ownAnswers = [200, 400, 401, 405];

/** Without any token: the platform turns away whoever calls a private function, before our code runs. To the one that only the clock calls, from within, it says 404. */
async function doorChecks(
  name: string,
  { url, is_public }: Outputs['functions'][string],
): Promise<readonly Check[]> {
  const { ok, broken, unknown } = look('probe', name);
  const knocked = await knock(new URL(url));
  if (!knocked.ok) return [unknown(knocked.why, 'is it deployed, and is this machine online?')];
  const { status } = knocked;
  if (status >= 500) return [broken(`answers with ${status}`, 'look into its log; run terraform apply')];
  if (is_public) {
    if (ownAnswers.includes(status)) return [ok(`answers the public with ${status}, without a token`)];
    return [
      broken(
        status === 403 ? 'turns everybody away (403)' : `answers with ${status}, which is none of its own`,
        status === 404 ? 'is it there? run terraform apply' : 'run terraform apply',
      ),
    ];
  }
  if (status === 404 && name !== 'daily') {
    return [unknown('answers with 404: it may not be there at all', 'see it above, under functions')];
  }
  return [
    status === 403 || status === 401 || status === 404
      ? ok(`turns away whoever has no token (${status})`)
      : broken(
          `lets in whoever has no token (${status})`,
          'run terraform apply, and see who may call it above',
        ),
  ];
}

const callerForm = z.object({ address: z.string().nullable() });
/** Of networks that are for documents only: nobody comes from there. */
const forged = '192.0.2.77, 192.0.2.78';

async function senderChecks({ outputs, statusToken }: ProbeWorld): Promise<readonly Check[]> {
  const { ok, broken, unknown } = look('probe', 'address of a sender');
  const { status } = outputs.functions;
  if (status === undefined) return [];
  const url = new URL('caller', `${status.url.replace(/\/+$/, '')}/`);
  if (url.protocol !== 'https:' && !isThisMachine(url))
    return [unknown(`${url.host} is not asked without encryption`)];
  const given = await statusToken();
  if (!given.ok) return [unknown(given.why)];
  const authorization = `Bearer ${given.token}`;
  const [plain, lied] = [
    await knock(url, { authorization }),
    await knock(url, { authorization, 'x-forwarded-for': forged }),
  ];
  const addressOf = (knocked: Knocked): string | null | undefined => {
    if (!knocked.ok || knocked.status !== 200) return undefined;
    try {
      return callerForm.parse(JSON.parse(knocked.text)).address;
    } catch {
      return undefined;
    }
  };
  const [honest, believed] = [addressOf(plain), addressOf(lied)];
  if (honest === undefined || believed === undefined) {
    const refused = plain.ok && (plain.status === 401 || plain.status === 403);
    return [
      unknown(
        refused ? 'status does not take the token' : 'status does not say where a call comes from',
        refused ? 'put its token into WATCHDOG_STATUS_TOKEN' : 'is it of this version? run terraform apply',
      ),
    ];
  }
  if (believed !== null && forged.includes(believed)) {
    return [
      broken(
        `functions believe what a caller writes into X-Forwarded-For (${believed}): a leak of the VPN would not be seen, and one could be made up`,
        'something stands between Google and the functions that adds no address; call them at their own run.app addresses',
      ),
    ];
  }
  return [
    honest === null || honest !== believed
      ? broken(
          `functions see ${honest ?? 'nobody'} and, with a forged header, ${believed ?? 'nobody'}`,
          'the front that they stand behind writes X-Forwarded-For otherwise than Cloud Run does; call them at their own run.app addresses',
        )
      : ok(`functions see you as ${honest}, with a forged X-Forwarded-For as well; is that your address?`),
  ];
}

/** Said, because it was asked for and cannot be tried from outside. */
export const notChecked =
  'not checked: whether functions may send UDP. Nothing of the watchdog sends any: every probe is TCP. To find out, deploy a function of your own that sends a DNS question to 8.8.8.8 with node:dgram and logs the answer.';

export async function probe(world: ProbeWorld): Promise<readonly Check[]> {
  const accounts = accountsOf(world.outputs);
  const found = await Promise.all([
    ...accounts.map(async (email) => {
      const [word, tried] = await Promise.all([troubleshoot(email, world), tryToWrite(email, world)]);
      return [...word, ...tried];
    }),
    ...Object.entries(world.outputs.functions).map(([name, each]) => doorChecks(name, each)),
    senderChecks(world),
  ]);
  return allOr(found.flat(), look('probe', 'all').unknown('there was nothing to try'));
}

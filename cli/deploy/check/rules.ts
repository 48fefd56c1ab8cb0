// What is wrong between a configuration and where it is to be deployed, without asking anybody.
import type { Config } from '../../../functions/config/config.ts';
import type { Deployment } from '../deployment.ts';
import { type Finding, hint, problem } from './finding.ts';
import { type Doubt, machineDoubt, regionDoubt, zoneDoubt } from './places.ts';
import type { Tfvars } from './tfvars.ts';

export type Rules = {
  readonly config: Config;
  readonly deployment: Deployment;
  /** Null when there is no terraform.tfvars. */
  readonly tfvars: Tfvars | null;
  /** Secrets that were set. */
  readonly pinned: readonly string[];
};

function textOf({ tfvars }: Rules, name: string): string | null {
  const value = tfvars?.values.get(name);
  return typeof value === 'string' ? value : null;
}

function listOf({ tfvars }: Rules, name: string): readonly string[] | null {
  const value = tfvars?.values.get(name);
  return Array.isArray(value) ? value : null;
}

const doubted = (about: string, value: string, doubt: Doubt | null): Finding[] => {
  if (doubt === null) return [];
  const make = doubt.kind === 'wrong' ? problem : hint;
  return [
    make(
      about,
      `${value} ${doubt.says}`,
      'look it up in the list of your project: gcloud compute zones list',
    ),
  ];
};

function tfvarsFindings(rules: Rules): Finding[] {
  const { tfvars } = rules;
  if (tfvars === null) {
    return [
      hint(
        'terraform.tfvars',
        'is not there, so regions and people were not looked at',
        'cp terraform.tfvars.example terraform.tfvars, and write yours',
      ),
    ];
  }
  const findings: Finding[] = [];
  if (/sha256:0{64}/.test(tfvars.text)) {
    findings.push(
      problem(
        'images',
        'still has the zeros of the example: no machine could load them',
        "write the digests of the releases that you want to run: skopeo inspect --format '{{.Digest}}' docker://NAME:TAG",
      ),
    );
  }
  const examples = ['keepers', 'emails'].filter((name) =>
    listOf(rules, name)?.some((each) => /@example\.(com|org|net)$/.test(each)),
  );
  if (examples.length > 0) {
    findings.push(hint(examples.join(' and '), 'still name somebody of the example', 'write who you are'));
  }
  if (
    listOf(rules, 'checkpoint_urls')?.some((each) =>
      /\.example(\.[a-z]+)?$/.test(URL.parse(each)?.hostname ?? ''),
    )
  ) {
    findings.push(
      hint(
        'checkpoint_urls',
        'still name hosts of the example, where nobody is: a node would have nothing to begin from',
        'write two that are not of the same operator: https://eth-clients.github.io/checkpoint-sync-endpoints/',
      ),
    );
  }
  const keepers = listOf(rules, 'keepers');
  if (keepers?.length === 0) {
    findings.push(
      problem(
        'keepers',
        'names nobody: nobody could ever hand keys over',
        'name yourself, as user:NAME@DOMAIN',
      ),
    );
  }
  const strange = keepers?.filter((each) => !/^user:[^@\s:]+@[^@\s:]+\.[a-z]{2,}$/.test(each)) ?? [];
  if (strange.length > 0) {
    findings.push(problem('keepers', `${strange.join(', ')} is no person`, 'write each as user:NAME@DOMAIN'));
  }
  if (listOf(rules, 'emails')?.length === 0) {
    findings.push(
      problem(
        'emails',
        'names nobody: Google tells nobody when the watchdog itself does not run',
        'name yourself',
      ),
    );
  }
  const project = textOf(rules, 'project');
  if (project !== null && !/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project)) {
    findings.push(
      problem(
        'project',
        `${project} is no id of a project`,
        'write its id, not its name or number: gcloud projects list',
      ),
    );
  }
  if (textOf(rules, 'keys_project') !== null && textOf(rules, 'keys_project') === project) {
    findings.push(problem('keys_project', 'is the same as project', 'leave it out, or name another one'));
  }
  return findings;
}

function placeFindings(rules: Rules): Finding[] {
  const { tfvars, deployment } = rules;
  const region = textOf(rules, 'region');
  const witness = textOf(rules, 'witness_region');
  const findings: Finding[] = [];
  if (region !== null) findings.push(...doubted('region', region, regionDoubt(region)));
  if (witness !== null) findings.push(...doubted('witness_region', witness, regionDoubt(witness)));
  if (witness !== null && witness === region) {
    findings.push(
      problem(
        'witness_region',
        'is the same as region: a witness at the same place sees the same',
        'name another region, or null',
      ),
    );
  }
  if (tfvars?.values.get('witness_region') === null) {
    findings.push(
      hint(
        'witness_region',
        'is null: nobody looks from a second place before a house is called dark',
        'name a region that is far from the first; it costs next to nothing',
      ),
    );
  }
  for (const { name, region: place, zones, machine } of deployment.standbys?.templates ?? []) {
    findings.push(
      ...doubted(`template ${name}`, place, regionDoubt(place)),
      ...zones.flatMap((zone) => doubted(`template ${name}`, zone, zoneDoubt(zone))),
      ...doubted(`template ${name}`, machine, machineDoubt(machine)),
    );
  }
  const names = new Map<string, string>();
  for (const { name, region: place, chain, is_drill: isDrill } of deployment.standbys?.templates ?? []) {
    const what = `${chain} ${isDrill ? 'drills' : 'nodes'}`;
    const key = `${place}/${name}`;
    const other = names.get(key);
    if (other !== undefined && other !== what) {
      findings.push(
        problem(
          `template ${name}`,
          `is named for ${other} and for ${what} in ${place}`,
          'give each its own name',
        ),
      );
    }
    names.set(key, what);
  }
  return findings;
}

const exampleNumber = '123456789012';

/** https://cloud.google.com/run/docs/triggering/https-request#deterministic */
const ownAddress = /^([a-z][a-z0-9-]*)-(ack|gate)-(\d{6,20})\.([a-z]+-[a-z]+\d{1,2})\.run\.app$/;

function addressFindings(rules: Rules): Finding[] {
  const { urls } = rules.deployment;
  const name = textOf(rules, 'name') ?? 'watchdog';
  const region = textOf(rules, 'region');
  const shared = textOf(rules, 'keys_project') === null;
  const numbers: string[] = [];
  const findings = (
    [
      ['acknowledge.url', 'ack', urls.acknowledge],
      ['gate.url', 'gate', urls.gate],
    ] as const
  ).flatMap(([about, function_, address]) => {
    if (address === null) return [];
    const url = URL.parse(address);
    const right = `https://${name}-${function_}-NUMBER.${region ?? 'REGION'}.run.app, with the number of the project (gcloud projects describe PROJECT)`;
    if (url === null || url.protocol !== 'https:')
      return [problem(about, 'is no https address', `write ${right}`)];
    if (!url.hostname.endsWith('.run.app')) {
      return [
        hint(
          about,
          `is at a name of your own, ${url.hostname}`,
          `make sure that it leads to ${right}${function_ === 'gate' ? '; identity tokens of cloud nodes are for this address' : ''}`,
        ),
      ];
    }
    const found = ownAddress.exec(url.hostname);
    if (found === null)
      return [problem(about, `${url.hostname} is no address that Cloud Run gives`, `write ${right}`)];
    const [, itsName, itsFunction, number = '', itsRegion] = found;
    numbers.push(number);
    if (number === exampleNumber) {
      return [
        hint(
          about,
          `has ${exampleNumber}, which is the example's project number`,
          `write yours: gcloud projects describe ${textOf(rules, 'project') ?? 'PROJECT'} --format='value(projectNumber)'`,
        ),
      ];
    }
    const isRight =
      itsName === name &&
      itsFunction === function_ &&
      (region === null || itsRegion === region) &&
      url.pathname === '/' &&
      url.search === '';
    return isRight
      ? []
      : [
          problem(
            about,
            `${url.host}${url.pathname === '/' ? '' : url.pathname} is where nothing of this deployment is`,
            `write ${right}`,
          ),
        ];
  });
  if (shared && new Set(numbers).size > 1) {
    findings.push(
      problem(
        'gate.url',
        'has another project number than acknowledge.url, and both are in one project',
        'write the same number in both',
      ),
    );
  }
  return findings;
}

/** As the examples' keys begin. */
const exampleKey = /^3q2\+7wAAAA/;

function gateFindings({ config: { gate }, deployment, pinned }: Rules): Finding[] {
  if (!deployment.gate_public_keys.some((key) => exampleKey.test(key))) return [];
  const [key] = gate?.keys ?? [];
  const name = key !== undefined && 'env' in key ? key.env : 'GATE_KEY';
  const make = pinned.includes(name) ? problem : hint;
  return [
    make(
      'gate.publicKeys',
      "still has the example's: the gate will sign nothing",
      `watchdog secrets set . ${name} --generate ed25519 prints yours; write it there, and prepare again`,
    ),
  ];
}

function viewFindings({ config: { status, links } }: Rules): Finding[] {
  if (status.linkKey === undefined || links.status !== undefined) return [];
  return [
    hint(
      'status.linkKey',
      'is there, and links.status is not: no message leads to the view',
      'write the address of the function status into links.status',
    ),
  ];
}

function watchingFindings({ config }: Rules): Finding[] {
  const findings: Finding[] = [];
  if (config.selfWatch === null) {
    findings.push(
      problem(
        'selfWatch',
        'is not there: when Google or the whole project is gone, nobody notices that nobody watches',
        'add selfWatch: { ping: { env: DEADMAN_URL } }, with the address of a check at a service such as healthchecks.io that tells you by another way than your channels',
      ),
    );
  }
  if (config.acknowledge === null) {
    findings.push(
      hint(
        'acknowledge',
        'is not there: messages repeat until all is well, and nobody can say that they are at it',
        'docs/get-paged.md says how to set it up',
      ),
    );
  }
  const hasSigners = config.sites.some(({ rules }) => rules.signers.length > 0);
  if (hasSigners && config.gate === null) {
    findings.push(
      hint(
        'gate',
        'is not there: nothing but you keeps two clients from running with one key',
        'docs/fence.md says how to set it up',
      ),
    );
  }
  if (config.channels.every(({ channel }) => channel === 'console')) {
    findings.push(
      problem(
        'channels',
        'write to the console only, which in the cloud nobody reads',
        'add one that reaches a phone: docs/get-paged.md',
      ),
    );
  }
  return findings;
}

function standbyFindings(rules: Rules): Finding[] {
  const { standbys } = rules.config;
  if (standbys === null) return [];
  const findings: Finding[] = [];
  const project = textOf(rules, 'project');
  if (project !== null && standbys.project !== project) {
    findings.push(
      hint(
        'standbys.project',
        `is ${standbys.project}, and project is ${project}: nodes would be made there`,
        `is that meant? Otherwise write ${project} in both`,
      ),
    );
  }
  if (standbys.isDryRun) {
    findings.push(
      hint(
        'standbys.dryRun',
        'is true: nodes are talked of and never made',
        'set it to false after a night or two',
      ),
    );
  }
  if (standbys.witness === 'required' && rules.tfvars?.values.get('witness_region') === null) {
    findings.push(
      problem(
        'standbys.witness',
        'is required, and witness_region is null: no node is ever made for a dark house',
        'name a witness_region, or set standbys.witness: none',
      ),
    );
  }
  return findings;
}

/** In this order they are shown. */
export const checkRules = (rules: Rules): readonly Finding[] => [
  ...watchingFindings(rules),
  ...addressFindings(rules),
  ...viewFindings(rules),
  ...gateFindings(rules),
  ...tfvarsFindings(rules),
  ...placeFindings(rules),
  ...standbyFindings(rules),
];

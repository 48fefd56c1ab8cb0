// One round of probes now, judged without memory: what `probe` and `explain --config` show.
import type { Config, SiteConfig } from '../functions/config/config.ts';
import type { Facts } from '../functions/domain/facts.ts';
import { gatherFacts } from '../functions/domain/gather.ts';
import { judge, type Judgement } from '../functions/domain/judge.ts';
import type { Sample } from '../functions/domain/sample.ts';
import { probeRound, type Round } from '../functions/flows/probe-round.ts';
import type { Environment } from '../functions/kit/environment.ts';
import { takeTurns } from '../functions/kit/take-turns.ts';
import { secretReader } from '../functions/kit/secret.ts';
import type { BoundProbe } from '../functions/probes/probe.ts';
import { createChains } from '../functions/chains/run.ts';
import { weigh } from '../functions/domain/signing.ts';
import { noLook } from '../functions/domain/standby/standby-look.ts';
import { bindSites } from '../functions/entry/sites.ts';
import { deaf, leasedProbes } from '../functions/flows/leased-probes.ts';
import { collectEvidence } from '../functions/flows/collect-evidence.ts';
import { bindProbes } from '../functions/probes/run.ts';
import type { Context } from './context.ts';

/** The same bounds as a tick of `watch`. */
const deadlineMs = 25_000;
const concurrency = 1000;
/** Without memory silence shows only in what was long ago, and reading that back takes its time. */
const evidenceMs = 90_000;

export type SiteNow = {
  readonly site: SiteConfig;
  readonly facts: Facts;
  readonly judgement: Judgement;
  /** By target id, references among them. */
  readonly samples: Readonly<Record<string, Sample>>;
  /** Probes that could not be made, such as for a missing secret: one line each. */
  readonly failures: readonly string[];
};

/** Which of the configuration to probe; references are always probed. */
export type Selection = { readonly site?: string; readonly target?: string };

function counted(probes: readonly BoundProbe[], answered: Set<BoundProbe>): BoundProbe[] {
  return probes.map((probe) => ({
    id: probe.id,
    run: async (run) => {
      try {
        return await probe.run(run);
      } finally {
        answered.add(probe);
      }
    },
  }));
}

/** Probes, and again what is bad, as a tick does. Never rejects for what a network can do. */
export async function probeNow(
  config: Config,
  network: Environment['network'],
  options: { readonly context: Context; readonly selection: Selection },
): Promise<SiteNow[]> {
  const { context, selection } = options;
  const { clock, terminal, variables } = context;
  const at = clock.now();
  const binding = { network, secret: secretReader(variables) };
  const needs = { clock, inTurn: takeTurns(concurrency), signal: AbortSignal.timeout(deadlineMs) };
  const chains = createChains();
  const answered = new Set<BoundProbe>();
  const isWanted = ({ id }: { readonly id: string }): boolean =>
    selection.target === undefined || selection.target === id;

  const sites = config.sites
    .filter(({ rules }) => selection.site === undefined || selection.site === rules.id)
    .map((site) => {
      const wanted = {
        ...site,
        targets: site.targets.filter(isWanted),
        sources: site.sources.filter(isWanted),
      };
      return { site, bound: bindSites([wanted], { ...binding, chains }) };
    })
    .flatMap(({ site, bound }) =>
      bound.map(({ probes, sources, rules }) => ({
        site,
        // What the house tells is heard by the running watchdog alone.
        probes: leasedProbes(probes, { rules, ears: deaf, state: null, clock }).probes,
        sources,
      })),
    );
  const references = bindProbes(config.references.filter(isWanted), { ...binding, allow: [] });
  const all = references.length + sites.reduce((sum, { probes }) => sum + probes.length, 0);
  const asked = sites.reduce((sum, { sources }) => sum + sources.length, 0);
  const round = async (probes: readonly BoundProbe[], probing = config.policy.probe): Promise<Round> =>
    probeRound(counted(probes, answered), () => undefined, { needs, probing });

  const done = terminal.progress(() => {
    const passed = `${Math.round((clock.now() - at) / 1000)} s`;
    return answered.size === all
      ? `${asked === 0 ? 'looking again at what is bad' : `reading back ${asked} sources of chains for signatures`}, ${passed}`
      : `probing: ${answered.size} of ${all} answered, ${passed}`;
  });
  try {
    const shared = round(references);
    return await Promise.all(
      sites.map(async ({ site, probes, sources }): Promise<SiteNow> => {
        const { rules } = site;
        const collecting = collectEvidence(sources, {
          rules,
          ledger: {},
          needs: { ...needs, signal: AbortSignal.timeout(evidenceMs) },
          timeoutMs: evidenceMs,
          isDeep: true,
        });
        const [own, common, evidence] = await Promise.all([
          round(probes, rules.policy.probe),
          shared,
          collecting,
        ]);
        const samples = { ...common.samples, ...own.samples, ...evidence.samples };
        const { readings } = evidence;
        const signing = weigh({}, rules, { readings, at: clock.now(), lastDarkAt: null });
        const facts = gatherFacts(
          null,
          {
            at,
            samples,
            pulse: null,
            refused: [],
            witness: {},
            delivery: null,
            flags: {},
            records: {},
            standbys: noLook,
            signing,
          },
          rules,
        );
        const failures = [...own.failures, ...common.failures, ...evidence.failures];
        return { site, facts, judgement: judge(facts, rules.policy), samples, failures };
      }),
    );
  } finally {
    done();
  }
}

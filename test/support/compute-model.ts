// A small Compute Engine behind the door's type, in memory and by a test's clock: what it does is known, and faults come as they are scripted.
import type {
  Compute,
  ComputeAnswer,
  ComputeFailure,
  DiskSeen,
  NodeOrder,
  OperationState,
  SnapshotOrder,
  SnapshotSeen,
} from '../../functions/cloud/cloud.ts';
import { labels } from '../../functions/domain/standby/rules.ts';
import type { NodeSeen } from '../../functions/domain/standby/standby.ts';

/** What happens to one call; the next one takes the next. */
export type Fault = 'none' | 'lost-before' | 'lost-after' | 'rate-limit' | 'unavailable' | 'not-whole';

export type ModelNode = NodeSeen & {
  readonly listedAt: number;
  readonly runsAt: number;
  /** When it goes away by itself: its insert fails, or its deletion is through. */
  endsAt: number | null;
  /** What its agent publishes; by default it syncs and has no keys. */
  published: string | null | undefined;
  /** It wipes itself once it is synced, as the node of a drill does whose disk is kept. */
  readonly isWiping: boolean;
  /** The snapshot that it began with: it is synced in a tenth of the time. */
  readonly snapshot: string | null;
};

type Operation = {
  readonly endsAt: number;
  readonly error: { readonly code: string; readonly text: string } | null;
};

const failed = (
  code: string,
  over: Partial<ComputeFailure> = {},
): { ok: false; failure: ComputeFailure } => ({
  ok: false,
  failure: { code, status: null, isLost: false, permission: null, text: code, ...over },
});

const pendingMs = 1_000;
const insertMs = 20_000;
const bootMs = 60_000;
const wipeMs = 60_000;
const saveMs = 5 * 60_000;

export class ComputeModel {
  readonly now: () => number;
  readonly nodes = new Map<string, ModelNode>();
  readonly disks: DiskSeen[] = [];
  readonly calls: { readonly method: string; readonly at: number; readonly what: string }[] = [];
  /** What each next call meets; empty is no fault. */
  readonly script: Fault[] = [];
  /** By zone: the code with which an insert ends, in its operation or at once. */
  readonly full = new Map<
    string,
    { readonly code: string; readonly how: 'operation' | 'answer'; readonly text?: string }
  >();
  /** By method: refused for want of a permission. */
  readonly denied = new Map<string, string>();
  /** Is told of each instance that is made and of each that somebody wants deleted, before that is done. */
  onInsert: (node: ModelNode) => void = () => {};
  onRemove: (node: ModelNode) => void = () => {};
  isSlow = false;
  deleteMs = 20_000;
  /** Compute does not remember the ids of requests. */
  forgetsRequests = false;
  syncMs = 10 * 60_000;
  /** Nodes of drills wipe themselves. */
  isWiping = false;
  readonly snapshots = new Map<string, SnapshotSeen & { readonly readyAt: number }>();
  /** With which snapshots are refused. */
  saveRefusal: string | null = null;
  readonly #operations = new Map<string, Operation>();
  readonly #requests = new Map<string, string>();
  #made = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Lets all that is due happen. */
  settle(): void {
    for (const [key, node] of this.nodes) {
      if (node.endsAt !== null && node.endsAt <= this.now()) this.nodes.delete(key);
    }
  }

  live(signer?: string): ModelNode[] {
    this.settle();
    return [...this.nodes.values()].filter(
      (node) => signer === undefined || node.labels[labels.signer] === signer,
    );
  }

  plant(over: Partial<ModelNode> & { readonly zone: string; readonly name: string }): ModelNode {
    this.#made += 1;
    const at = this.now();
    const node: ModelNode = {
      id: String(1_000 + this.#made),
      status: 'RUNNING',
      createdAt: at,
      labels: {},
      isProtected: false,
      hasFuse: false,
      listedAt: at,
      runsAt: at,
      endsAt: null,
      published: undefined,
      isWiping: false,
      snapshot: null,
      ...over,
    };
    this.nodes.set(`${node.zone}/${node.name}`, node);
    return node;
  }

  #begin(endsAt: number, error: Operation['error']): string {
    this.#made += 1;
    const name = `operation-${this.#made}`;
    this.#operations.set(name, { endsAt, error });
    return name;
  }

  /** More nodes than this the project may not have in a region. */
  quota = Number.POSITIVE_INFINITY;

  #insert({
    zone,
    name,
    requestId,
    template,
    snapshot,
    labels: given,
  }: NodeOrder): ComputeAnswer<{ operation: string }> {
    const known = this.forgetsRequests ? undefined : this.#requests.get(requestId);
    if (known !== undefined) return { ok: true, value: { operation: known } };
    if (this.nodes.has(`${zone}/${name}`)) return failed('alreadyExists', { status: 409 });
    if (snapshot !== null && this.snapshots.get(snapshot) === undefined) {
      return failed('notFound', { status: 404, text: `snapshot ${snapshot} was not found` });
    }
    if (this.live().length >= this.quota)
      return failed('quotaExceeded', { status: 403, text: 'Quota CPUS exceeded' });
    const full = this.full.get(zone);
    if (full?.how === 'answer') return failed(full.code, { status: 403, text: full.text ?? full.code });
    const at = this.now();
    const error = full === undefined ? null : { code: full.code, text: full.text ?? full.code };
    const endsAt = at + pendingMs + (this.isSlow ? 30 * insertMs : insertMs);
    const operation = this.#begin(endsAt, error);
    this.#requests.set(requestId, operation);
    const isOfDrill = template.endsWith('-drill');
    const node = this.plant({
      zone,
      name,
      labels: given,
      listedAt: at + pendingMs,
      runsAt: endsAt,
      hasFuse: isOfDrill,
      isWiping: isOfDrill && this.isWiping,
      snapshot,
    });
    node.endsAt = error === null ? null : endsAt;
    this.onInsert(node);
    return { ok: true, value: { operation } };
  }

  #remove({
    zone,
    name,
    requestId,
  }: {
    zone: string;
    name: string;
    requestId: string;
  }): ComputeAnswer<{ operation: string }> {
    const known = this.forgetsRequests ? undefined : this.#requests.get(requestId);
    if (known !== undefined) return { ok: true, value: { operation: known } };
    const node = this.nodes.get(`${zone}/${name}`);
    if (node === undefined) return failed('notFound', { status: 404 });
    this.onRemove(node);
    if (node.isProtected) return failed('conditionNotMet', { status: 400 });
    const endsAt = this.now() + this.deleteMs;
    const operation = this.#begin(endsAt, null);
    this.#requests.set(requestId, operation);
    node.endsAt = Math.min(node.endsAt ?? endsAt, endsAt);
    return { ok: true, value: { operation } };
  }

  #seen(node: ModelNode): NodeSeen {
    const { listedAt: _listed, runsAt, endsAt, published: _published, isWiping: _wiping, ...all } = node;
    const { snapshot: _snapshot, ...rest } = all;
    const isMade = this.now() >= runsAt;
    return { ...rest, status: !isMade ? 'PROVISIONING' : endsAt !== null ? 'STOPPING' : rest.status };
  }

  published(node: ModelNode): string | null {
    const at = this.now();
    if (node.published !== undefined) return node.published;
    if (at < node.runsAt + bootMs) return null;
    const syncMs = node.snapshot === null ? this.syncMs : this.syncMs / 10;
    const share = Math.min(1, (at - node.runsAt - bootMs) / syncMs);
    const isWiped = node.isWiping && at >= node.runsAt + bootMs + syncMs + wipeMs;
    return JSON.stringify({
      version: 1,
      at: new Date(at).toISOString(),
      keys: 'absent',
      state: isWiped ? 'wiped' : share < 1 ? 'syncing' : 'synced',
      percent: Math.floor(share * 1_000) / 10,
      etaSeconds: Math.ceil(((1 - share) * syncMs) / 1_000),
      peers: 30,
      head: Math.floor(share * 1_000_000),
      software: 'geth 1.16.9',
      usedGib: Math.floor(share * 700),
      text: null,
    });
  }

  #save({
    zone,
    name,
    snapshot,
    requestId,
    labels: given,
  }: SnapshotOrder): ComputeAnswer<{ operation: string }> {
    const known = this.forgetsRequests ? undefined : this.#requests.get(requestId);
    if (known !== undefined) return { ok: true, value: { operation: known } };
    if (this.saveRefusal !== null) return failed(this.saveRefusal, { status: 400 });
    if (this.nodes.get(`${zone}/${name}`) === undefined) return failed('notFound', { status: 404 });
    if (this.snapshots.has(snapshot)) return failed('alreadyExists', { status: 409 });
    const at = this.now();
    const operation = this.#begin(at + saveMs, null);
    this.#requests.set(requestId, operation);
    const seen = { name: snapshot, status: 'CREATING', createdAt: at, gib: null, labels: given };
    this.snapshots.set(snapshot, { ...seen, readyAt: at + saveMs });
    return { ok: true, value: { operation } };
  }

  #snapshotSeen({ readyAt, ...seen }: SnapshotSeen & { readonly readyAt: number }): SnapshotSeen {
    return this.now() < readyAt ? seen : { ...seen, status: 'READY', gib: 640 };
  }

  #operation(name: string): ComputeAnswer<OperationState> {
    const found = this.#operations.get(name);
    if (found === undefined) return { ok: true, value: { state: 'unknown' } };
    if (found.endsAt > this.now()) return { ok: true, value: { state: 'unfinished' } };
    return found.error === null
      ? { ok: true, value: { state: 'done' } }
      : { ok: true, value: { state: 'failed', ...found.error } };
  }

  /** One call: what the script says happens to it. */
  async #call<Value>(
    method: string,
    what: string,
    work: () => ComputeAnswer<Value>,
  ): Promise<ComputeAnswer<Value>> {
    this.settle();
    this.calls.push({ method, at: this.now(), what });
    const fault = this.script.shift() ?? 'none';
    await Promise.resolve();
    const permission = this.denied.get(method);
    if (permission !== undefined) return failed('forbidden', { status: 403, permission });
    switch (fault) {
      case 'none':
      case 'not-whole':
        return work();
      case 'lost-before':
        return failed('TIMEOUT', { isLost: true });
      case 'lost-after':
        work();
        return failed('TIMEOUT', { isLost: true });
      case 'rate-limit':
        return failed('rateLimitExceeded', { status: 403 });
      case 'unavailable':
        return failed('backendError', { status: 503, isLost: ['insert', 'remove', 'save'].includes(method) });
    }
  }

  door(): Compute {
    return {
      insert: (order) => this.#call('insert', `${order.zone}/${order.name}`, () => this.#insert(order)),
      remove: (node) => this.#call('remove', `${node.zone}/${node.name}`, () => this.#remove(node)),
      operation: (_zone, name) => this.#call('operation', name, () => this.#operation(name)),
      globalOperation: (name) => this.#call('globalOperation', name, () => this.#operation(name)),
      save: (order) => this.#call('save', order.snapshot, () => this.#save(order)),
      snapshots: (prefix) =>
        this.#call('snapshots', prefix, () => ({
          ok: true,
          value: {
            snapshots: [...this.snapshots.values()]
              .filter((each) => each.labels[labels.ours] === prefix)
              .map((each) => this.#snapshotSeen(each)),
            isWhole: true,
          },
        })),
      dropSnapshot: ({ name }) =>
        this.#call('dropSnapshot', name, () =>
          this.snapshots.delete(name)
            ? { ok: true, value: { operation: this.#begin(this.now() + pendingMs, null) } }
            : failed('notFound', { status: 404 }),
        ),
      list: (prefix) => {
        const isWhole = this.script[0] !== 'not-whole';
        return this.#call('list', prefix, () => {
          const shown = [...this.nodes.values()].filter(
            (node) => node.labels[labels.ours] === prefix && node.listedAt <= this.now(),
          );
          // What a list that is not whole leaves out may be anything.
          const nodes = (isWhole ? shown : shown.slice(1)).map((node) => this.#seen(node));
          return { ok: true, value: { nodes, isWhole } };
        });
      },
      node: ({ zone, name }) =>
        this.#call('node', `${zone}/${name}`, () => {
          const found = this.nodes.get(`${zone}/${name}`);
          return { ok: true, value: found === undefined ? null : this.#seen(found) };
        }),
      disks: (prefix) =>
        this.#call('disks', prefix, () => ({ ok: true, value: { disks: this.disks, isWhole: true } })),
      report: ({ zone, name }) =>
        this.#call('report', `${zone}/${name}`, () => {
          const node = this.nodes.get(`${zone}/${name}`);
          return node === undefined
            ? failed('notFound', { status: 404 })
            : { ok: true, value: this.published(node) };
        }),
      console: ({ zone, name, lines }) =>
        this.#call('console', `${zone}/${name}`, () => ({
          ok: true,
          value: Array.from({ length: lines }, (_, index) => `line ${index}`),
        })),
    };
  }
}

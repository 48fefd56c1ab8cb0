// What the pretend nodes are asked and what they answer, whatever they speak.

export type ApiRequest = { readonly method: string; readonly path: string; readonly body: string };

/** `body` is sent as JSON. */
export type ApiAnswer = { readonly status: number; readonly body: unknown };

/** Whatever a path may be: that of a server that answers anybody is not to throw. */
export const urlOf = (path: string): URL =>
  new URL(path.startsWith('/') ? `http://node${path}` : 'http://node/');

export const ok = (body: unknown): ApiAnswer => ({ status: 200, body });

/** How a node fails to be what its chain is. */
export type NodeState<Lies> = {
  /** Its execution client is dead, or it hangs behind: it has seen nothing since, and says that all is well. */
  readonly frozenAt?: number;
  readonly isSyncing?: boolean;
  readonly peers?: number;
  readonly lies?: Lies;
  /** Beginnings of paths that it does not serve. */
  readonly lacks?: readonly string[];
};

// Tells whoever waits that something has happened, without saying what: they look for themselves.

export type News = {
  readonly tell: () => void;
  /** Resolves when `isSo` holds, looked at now and at each news; false when the signal aborts first. */
  readonly until: (isSo: () => boolean, signal: AbortSignal) => Promise<boolean>;
};

export function openNews(): News {
  const waiting = new Set<() => void>();
  return {
    tell: () => {
      for (const look of waiting) look();
    },
    until: (isSo, signal) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const end = (result: boolean): void => {
        waiting.delete(look);
        signal.removeEventListener('abort', look);
        resolve(result);
      };
      const look = (): void => {
        if (isSo()) end(true);
        else if (signal.aborted) end(false);
      };
      waiting.add(look);
      signal.addEventListener('abort', look);
      look();
      return promise;
    },
  };
}

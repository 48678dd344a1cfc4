/** Together: several watchers as one, each told in turn. It changes nothing of what they are told. */
import type { Watcher } from '../host/watcher.ts'

export function together(...watchers: readonly Watcher[]): Watcher {
  const every = (tell: (watcher: Watcher) => void): void => {
    for (const watcher of watchers) tell(watcher)
  }
  return {
    starting: life => every(watcher => watcher.starting?.(life)),
    up: life => every(watcher => watcher.up?.(life)),
    durable: (batch, life) => every(watcher => watcher.durable?.(batch, life)),
    pruned: life => every(watcher => watcher.pruned?.(life)),
    crashed: (crash, life) => every(watcher => watcher.crashed?.(crash, life)),
    asked: (what, life, said) => every(watcher => watcher.asked?.(what, life, said)),
    acknowledged: (address, life, said, signal) =>
      every(watcher => watcher.acknowledged?.(address, life, said, signal)),
    told: (told, life) => every(watcher => watcher.told?.(told, life)),
    seen: (signal, life) => every(watcher => watcher.seen?.(signal, life)),
    outside: (entry, life) => every(watcher => watcher.outside?.(entry, life)),
    between: life => every(watcher => watcher.between?.(life)),
    drained: async life => {
      for (const watcher of watchers) await watcher.drained?.(life)
    },
  }
}

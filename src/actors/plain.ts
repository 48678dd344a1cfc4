/** Plain: how a kind runs whose actors all run the same machine, and whose context is JSON as it is. What a kind adds, it says itself. */
import type { Json } from '../messages/json.ts'
import type { ActorKind, Definition } from './kind.ts'

export function plain(kind: ActorKind): Definition {
  const version = kind.machine.version ?? '1'
  return {
    kind,
    machine: kind.machine,
    ref: { name: kind.kind, version, hash: version },
    input: undefined,
    freeze: context => context as Json,
    thaw: context => context,
  }
}

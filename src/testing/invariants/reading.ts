/** Reading: how checks read along with the shadow, each signal once, however many of them there are. Nothing is checked here. */
import type { Batch, PendingMessage } from '../../runtime/journal.ts'
import type { Life } from '../host/life.ts'
import type { Watcher } from '../host/watcher.ts'
import type { Move, Owed } from './shade.ts'
import { Shadow } from './shadow.ts'

/** A batch that became durable, with what it must have been. */
export interface Taken {
  readonly batch: Batch
  readonly moves: readonly Move[]
  /** The rows that it took away; undefined where there was none. */
  readonly delivered: readonly (PendingMessage | undefined)[]
  /** Rows of its that took the place of others. */
  readonly overwritten: readonly PendingMessage[]
  /** What was emitted in it. */
  readonly emitted: readonly Owed[]
}

export interface Reader extends Omit<Watcher, 'durable'> {
  /** A signal became durable; the shadow has it, the books have it not. */
  moved?(move: Move, life: Life): void
  /** And the whole batch; all have it. */
  took?(taken: Taken, life: Life): void
}

/** A watcher that reads along with the shadow of its simulation. */
export function reading(make: (shadow: Shadow) => Reader): () => Watcher {
  return () => {
    let joined: { readonly shadow: Shadow; readonly reader: Reader } | undefined
    const join = ({ simulation }: Life): NonNullable<typeof joined> => {
      if (joined !== undefined) return joined
      const shadow = Shadow.of(simulation)
      joined = { shadow, reader: make(shadow) }
      shadow.join(joined.reader)
      return joined
    }
    return {
      starting: life => {
        const { shadow, reader } = join(life)
        shadow.begin(life)
        reader.starting?.(life)
      },
      up: life => joined?.reader.up?.(life),
      durable: (batch, life) => join(life).shadow.take(batch, life),
      crashed: (crash, life) => joined?.reader.crashed?.(crash, life),
      asked: (what, life, said) => joined?.reader.asked?.(what, life, said),
      acknowledged: (address, life, said, signal) =>
        joined?.reader.acknowledged?.(address, life, said, signal),
      refused: (said, error, life) => joined?.reader.refused?.(said, error, life),
      waits: (wait, life) => joined?.reader.waits?.(wait, life),
      answered: (wait, life, error) => joined?.reader.answered?.(wait, life, error),
      escaped: (error, life) => joined?.reader.escaped?.(error, life),
      outside: (entry, life) => {
        joined?.shadow.books.wrote(entry)
        joined?.reader.outside?.(entry, life)
      },
      between: life => joined?.reader.between?.(life),
      stuck: life => joined?.reader.stuck?.(life),
      drained: life => joined?.reader.drained?.(life),
    }
  }
}

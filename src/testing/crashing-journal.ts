/**
 * Crashing journal: a journal whose process dies at a chosen commit and point of it. From then on nothing that this
 * process life does reaches the journal. It also tells of each batch that became durable, and nothing else.
 */
import type { Batch, Journal } from '../runtime/journal.ts'
import { Crashed } from './ends.ts'

/** Where in a commit the process dies. What is written and not synced may be kept by the disk, or lost. */
export const CRASH_POINTS = ['before the write', 'lost', 'kept', 'synced', 'released'] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

export interface Crash {
  /** The commit of this process life, from 1. */
  readonly commit: number
  /** `synced`: durable, but nobody is told. `released`: everybody is told, and then it dies. */
  readonly point: CrashPoint
}

export interface CrashingParts {
  readonly journal: Journal
  readonly crash: Crash | undefined
  readonly alive: () => boolean
  /** The process dies at once. */
  readonly die: () => void
  /** The process dies as soon as what is under way has been said. */
  readonly doom: () => void
  /** Called before anything else can see that the batch is durable. */
  readonly durable: (batch: Batch) => void
}

export function crashingJournal(parts: CrashingParts): Journal {
  const { journal, crash, alive, die, doom, durable } = parts
  let commits = 0
  const living = <A extends unknown[], R>(call: (...args: A) => R) => {
    return (...args: A): R => {
      if (!alive()) throw new Crashed('this process is dead')
      return call(...args)
    }
  }
  const write = (batch: Batch): void => {
    journal.commit(batch)
    durable(batch)
  }
  const commit = (batch: Batch): void => {
    const point = ++commits === crash?.commit ? crash.point : undefined
    if (point === 'released') doom()
    if (point === undefined || point === 'released') {
      write(batch)
      return
    }
    if (point === 'kept' || point === 'synced') write(batch)
    die()
    throw new Crashed(`the process died: ${point}`)
  }
  return {
    label: journal.label,
    open: living(options => journal.open(options)),
    commit: living(commit),
    read: living(options => journal.read(options)),
    get: living(seq => journal.get(seq)),
    query: living(filter => journal.query(filter)),
    checkpoint: living(address => journal.checkpoint(address)),
    checkpoints: living(filter => journal.checkpoints(filter)),
    pending: living(() => journal.pending()),
    results: living(owner => journal.results(owner)),
    key: living((sender, key) => journal.key(sender, key)),
    prune: living(options => journal.prune(options)),
    verify: living(() => journal.verify()),
    close: () => {
      if (alive()) journal.close()
    },
  }
}

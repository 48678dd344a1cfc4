/**
 * Disk: a journal whose process dies, or whose write is refused, at a chosen write and point of it. From then on nothing
 * that this process life does reaches the journal. What was synced is always kept; of what was written and not yet
 * synced, nothing, a torn part or all. Knows nothing of runtimes.
 */
import { crc32 } from 'node:zlib'
import type { Batch, Journal } from '../../runtime/journal.ts'
import { Crashed } from './ends.ts'

/**
 * Where in a write the process dies. `before`: nothing was written. Written and not synced: `lost`, `torn` (a part of it
 * reached the disk) or `kept`. `synced`: durable, but nobody is told. `acknowledged`: everybody is told, and then it dies.
 */
export const CRASH_POINTS = ['before', 'lost', 'torn', 'kept', 'synced', 'acknowledged'] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

export interface Crash {
  /** The write of this process life, from 1. */
  readonly write: number
  /** `refused` is no crash: the disk takes nothing and says so, and the process lives on without a journal. */
  readonly point: CrashPoint | 'refused'
}

export interface DiskParts {
  readonly journal: Journal
  readonly crash: Crash | undefined
  readonly alive: () => boolean
  /** How much of a torn write reached the disk: 0 or more, less than 1. */
  readonly torn: () => number
  /** The process dies: at once, or as soon as what is under way has been said. */
  readonly die: (crash: Crash) => void
  readonly doom: (crash: Crash) => void
  /** The disk said no; the process lives. */
  readonly refused: (crash: Crash) => void
  /** Called before anything else can see that the batch is durable. */
  readonly durable: (batch: Batch) => void
  readonly pruned: () => void
}

/** The journal as one process life sees it. */
export function disk(parts: DiskParts): Journal {
  const { journal, alive } = parts
  const living = <A extends unknown[], R>(call: (...args: A) => R) => {
    return (...args: A): R => {
      if (!alive()) throw new Crashed('this process is dead')
      return call(...args)
    }
  }
  const through = writes(parts)
  return {
    label: journal.label,
    open: living(options => journal.open(options)),
    standing: living(() => journal.standing()),
    commit: living(batch =>
      through(kept => {
        const whole = kept === 1 ? batch : batchOf(frameOf(batch), kept)
        if (whole === undefined) return
        journal.commit(whole)
        parts.durable(whole)
      }),
    ),
    read: living(options => journal.read(options)),
    get: living(seq => journal.get(seq)),
    query: living(filter => journal.query(filter)),
    checkpoint: living(address => journal.checkpoint(address)),
    checkpoints: living(filter => journal.checkpoints(filter)),
    pending: living(() => journal.pending()),
    results: living(owner => journal.results(owner)),
    key: living((sender, key) => journal.key(sender, key)),
    keys: living(() => journal.keys()),
    cached: living(key => journal.cached(key)),
    kept: living(() => journal.kept()),
    prune: living(options =>
      through(kept => {
        if (kept < 1) return
        journal.prune(options)
        parts.pruned()
      }),
    ),
    verify: living(() => journal.verify()),
    close: () => {
      if (alive()) journal.close()
    },
  }
}

/** Runs each write, with the part of it that reaches the disk, and ends the process where it must. */
function writes({ crash, torn, die, doom, refused }: DiskParts): (write: (kept: number) => void) => void {
  let count = 0
  return write => {
    if (++count !== crash?.write) {
      write(1)
      return
    }
    const { point } = crash
    if (point === 'refused') {
      refused(crash)
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    }
    if (point === 'acknowledged') doom(crash)
    if (point !== 'before' && point !== 'lost') write(point === 'torn' ? torn() : 1)
    if (point === 'acknowledged') return
    die(crash)
    throw new Crashed(`the process died: ${point}`)
  }
}

/** What a batch is on the disk: its length, its checksum, its text. */
function frameOf(batch: Batch): string {
  const text = JSON.stringify(batch)
  return `${text.length} ${crc32(text)} ${text}`
}

/** What a start makes of the first part of a frame: the whole batch, or nothing. */
export function batchOf(frame: string, part: number): Batch | undefined {
  const found = frame.slice(0, Math.floor(frame.length * part))
  const [, length, sum, text] = /^(\d+) (\d+) (.*)$/s.exec(found) ?? []
  if (text === undefined || text.length !== Number(length) || crc32(text) !== Number(sum)) return undefined
  return JSON.parse(text) as Batch
}

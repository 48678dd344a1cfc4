/**
 * Standing: where every actor stands by the records alone: who lives, in which state, and of a task which attempt of it is whose.
 * Plain counting, apart from all machines.
 */
import type { TaskContext } from '../../machines/task.ts'
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { Checkpoint } from '../../runtime/journal.ts'
import type { MemoryState } from '../../runtime/memory-journal.ts'
import { decode } from '../../runtime/record.ts'

export interface Stand {
  readonly createdSeq: number
  readonly correlationId: string
  /** The last signal that it took. */
  takenSeq: number
  state: string
  alive: boolean
  /** The signal that ended it. */
  ending: Signal | undefined
  /** Every state that it ever was in. */
  readonly been: Set<string>
  /** Of a task: how often it entered `running`; attempts without the interrupted ones; who has it, and since when. */
  turn: number
  attempts: number
  agent: string | null
  startedAt: number
  /** So many it may have. */
  readonly maxAttempts: number
}

export class Standing {
  readonly actors = new Map<Address, Stand>()

  constructor(state?: MemoryState) {
    if (state === undefined) return
    const covered = new Map<Address, number>()
    for (const text of state.checkpoints.values()) {
      const checkpoint = JSON.parse(text) as Checkpoint
      covered.set(checkpoint.address, checkpoint.seq)
      this.actors.set(checkpoint.address, standOf(checkpoint))
    }
    for (const record of state.records) {
      const signal = decode(record)
      if (signal.seq > (covered.get(signal.to) ?? 0)) this.take(signal)
    }
  }

  get(address: string): Stand | undefined {
    return this.actors.get(address as Address)
  }

  take(signal: Signal): void {
    const { to, fromState, toState, refused, seq } = signal
    if (toState === null) return
    const creates = fromState === null
    // Who threw at its first message is there, and held.
    if (refused !== null && !(creates && refused.code === 'MACHINE_FAULT')) return
    const stand = creates ? newStand(signal) : this.actors.get(to)
    if (stand === undefined) return
    if (creates) this.actors.set(to, stand)
    stand.state = toState
    stand.been.add(toState)
    // One that is broken keeps its state, and remembers that it is paused.
    if (signal.type === 'agent.pause') stand.been.add('paused')
    if (refused === null) stand.takenSeq = seq
    if (refused !== null) return
    if (toState === 'running' && fromState !== 'running' && signal.to.startsWith('task/')) {
      const choice = (signal.type === 'task.start' ? signal.data : signal.stamp) as { agent?: string } | null
      stand.turn++
      stand.attempts++
      stand.agent = choice?.agent ?? null
      stand.startedAt = signal.at
    }
    if (signal.type === 'task.interrupted' || signal.type === 'task.handOff') stand.attempts--
    if (signal.type === 'task.replay') stand.attempts = 0
    if (!signal.final) return
    stand.alive = false
    stand.ending = seq === stand.ending?.seq ? stand.ending : signal
  }
}

function newStand({ seq, correlationId, data }: Signal): Stand {
  const { retry } = (data ?? {}) as Partial<TaskCreate>
  return {
    createdSeq: seq,
    correlationId,
    takenSeq: seq,
    state: '',
    alive: true,
    ending: undefined,
    been: new Set(),
    turn: 0,
    attempts: 0,
    agent: null,
    startedAt: 0,
    maxAttempts: retry?.maxAttempts ?? 1,
  }
}

function standOf({ seq: takenSeq, createdSeq, correlationId, state, snapshot }: Checkpoint): Stand {
  const { context } = snapshot as unknown as { context: Partial<TaskContext> | null }
  return {
    createdSeq,
    correlationId,
    takenSeq,
    state,
    alive: true,
    ending: undefined,
    been: new Set([state]),
    turn: context?.turn ?? 0,
    attempts: context?.attempts ?? 0,
    agent: context?.agent ?? null,
    startedAt: context?.startedAt ?? 0,
    maxAttempts: context?.spec?.retry?.maxAttempts ?? 1,
  }
}

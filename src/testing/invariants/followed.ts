/**
 * Followed: a run as somebody who subscribes to it sees it: all its signals from the first on, and the end with its end. It compares
 * them with what is recorded.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Life } from '../host/life.ts'
import { Past } from './past.ts'

export interface Followed {
  /** Nothing is left to happen: everything must have been seen. */
  finish(): void
}

/** `subscribe` is not before the next promise: the batch is not let out yet. */
export function follow(life: Life, run: Address): Followed {
  const seen: number[] = []
  let completed = false
  const say = (detail: string): void => life.simulation.break(14, `who follows ${run} ${detail}`)
  const listen = (): void => {
    if (!life.isUp) return
    life.runtime.run(run.slice('workflow/'.length)).signals$.subscribe({
      next: ({ seq }) => void seen.push(seq),
      complete: () => {
        completed = true
        if (life.isUp && !isOver(life, run) && life.runtime.status().hub === 'running')
          say('was told that it is over, and it is not')
      },
      error: () => {
        completed = true
      },
    })
  }
  queueMicrotask(listen)
  return {
    finish: () => {
      // What was dropped since nobody can compare.
      const { anchor } = Past.of(life.simulation).expected
      const left = seen.filter(seq => seq > anchor.seq)
      const wanted = ofRun(life, run, anchor.seq).map(({ seq }) => seq)
      // All of it was, and another run may have its name.
      if (completed && anchor.seq > 0 && left.length === 0) return
      if (left.join() !== wanted.join()) say(`has seen ${seen.join(', ')}, recorded is ${wanted.join(', ')}`)
      if (!completed && isOver(life, run)) say('was not told that it is over')
    },
  }
}

const isOver = (life: Life, run: Address): boolean =>
  Past.of(life.simulation).standing.get(run)?.ending !== undefined

/** Up to its end: what comes after that nobody follows. Of an earlier run of its name everything was dropped. */
function ofRun(life: Life, run: Address, after: number): Signal[] {
  const { signals } = Past.of(life.simulation)
  const own = signals.filter(({ correlationId, seq }) => correlationId === run && seq > after)
  const end = own.findIndex(({ to, final }) => final && to === run)
  return end < 0 ? own : own.slice(0, end + 1)
}

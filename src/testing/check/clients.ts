/**
 * Clients: who acts on a runtime of its own accord while a case is played: clients that send messages, and an operator who pauses
 * agents, resumes them, and takes up what is held. All of it in virtual time, and none of it twice after a crash.
 */
import type { AnyWorkflow } from '../../actors/workflow.ts'
import { indexOf } from '../../machines/flow-index.ts'
import type { Address } from '../../messages/address.ts'
import type { Life } from '../host/life.ts'
import type { Watcher } from '../host/watcher.ts'
import { runId, type Case, type ClientEvent, type Fault } from './case.ts'
import type { Check } from './options.ts'

/** How long an operator takes, in milliseconds. */
const ANSWER = 60_000

export class Clients {
  readonly watcher: Watcher
  readonly #check: Check
  readonly #case: Case
  readonly #struck: (kind: string) => void
  readonly #waiting: (ClientEvent | Extract<Fault, { kind: 'pause' }>)[]
  #batches = 0
  /** Tasks that are held and agents that are paused, as far as the operator of the present life has not acted yet. */
  #stopped = new Map<Address, string>()

  constructor(check: Check, drawn: Case, struck: (kind: string) => void) {
    this.#check = check
    this.#case = drawn
    this.#struck = struck
    const pauses = drawn.faults.flatMap(fault => (fault.kind === 'pause' ? [fault] : []))
    this.#waiting = [...drawn.events, ...pauses].toSorted((a, b) => a.after - b.after)
    this.watcher = {
      durable: batch => {
        this.#batches++
        for (const { to, fromState, toState, refused } of batch.signals) {
          if (refused !== null || fromState === toState) continue
          if (toState === 'held' || toState === 'paused') this.#stopped.set(to, toState)
        }
      },
      between: life => {
        if (!life.isUp) return
        while ((this.#waiting[0]?.after ?? Infinity) <= this.#batches) this.#act(life)
        this.#takeUp(life)
      },
    }
  }

  /** A new process life: what an operator finds, he sets right. */
  begin(life: Life): void {
    for (const { address, state } of life.runtime.actors.list())
      if (state === 'held' || state === 'paused') this.#stopped.set(address, state)
  }

  #act(life: Life): void {
    const next = this.#waiting.shift()
    if (next === undefined) return
    if ('kind' in next) {
      const agents = life.runtime.agents.list()
      const agent = agents[next.agent % Math.max(1, agents.length)]
      if (agent === undefined) return
      this.#struck('pause')
      this.#send(life, 'agent.pause', agent.address, {})
      return
    }
    this.#struck(next.type)
    this.#send(life, next.type, this.#recipient(life, next), next.data)
  }

  #recipient(life: Life, { type, to }: ClientEvent): Address {
    const run = runId(to % this.#case.inputs.length)
    if (type.startsWith('workflow.')) return `workflow/${run}`
    if (type.startsWith('task.')) {
      const steps = stepsOf(this.#check.workflow)
      return `task/${run}/${steps[to % Math.max(1, steps.length)] ?? ''}`
    }
    const agents = life.runtime.agents.list()
    return agents[to % Math.max(1, agents.length)]?.address ?? 'agent/nobody'
  }

  #takeUp(life: Life): void {
    for (const [address, state] of this.#stopped) {
      const isRun = address.startsWith('workflow/')
      // What a run holds is decided by others.
      if (isRun && state === 'held') continue
      const type = state === 'held' ? 'task.retry' : isRun ? 'workflow.resume' : 'agent.resume'
      void life.wait(ANSWER).then(() => this.#send(life, type, address, {}))
    }
    this.#stopped.clear()
  }

  /** A message that comes too late, or for nobody, is refused: that is no fault of anybody's. */
  #send(life: Life, type: string, to: Address, data: ClientEvent['data']): void {
    if (life.isUp) life.runtime.send({ type, to, data }).catch(() => {})
  }
}

/** Names of the steps that are tasks of the run itself. */
function stepsOf({ flow }: AnyWorkflow): string[] {
  if (flow === undefined) return []
  return indexOf(flow).entries.flatMap(({ node }) => (node.kind === 'step' ? [node.name] : []))
}

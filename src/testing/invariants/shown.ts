/**
 * Shown: what whoever asks is shown of the present (positions, latest signals, actors, agents) must be durable; and nothing is
 * shown of a life whose journal failed. Part of invariant 1. Looks at first often, then seldom.
 */
import { StatorError } from '../../errors.ts'
import type { Life } from '../host/life.ts'
import type { Watcher } from '../host/watcher.ts'
import { Past, sameSignal } from './past.ts'
import { Seldom } from './seldom.ts'

export function shown(): Watcher {
  const seldom = new Seldom()
  const up = new WeakSet<Life>()
  const halted = new Set<Life>()
  return {
    up: life => void up.add(life),
    durable: batch => seldom.happened(batch),
    crashed: ({ point }, life) => {
      if (point === 'refused') halted.add(life)
    },
    between: life => {
      if (halted.delete(life) && up.has(life)) nothingElse(life)
      if (life.isUp && seldom.isTime()) allDurable(life)
    },
    drained: allDurable,
  }
}

function allDurable(life: Life): void {
  const { simulation, runtime } = life
  const past = Past.of(simulation)
  const { position, hub } = runtime.status()
  const say = (detail: string): void => simulation.break(1, detail)
  if (position !== past.position && hub !== 'failed')
    say(`the status says position ${position}, durable is ${past.position}`)
  for (const signal of runtime.recent({ order: 'desc', limit: 3 })) {
    const durable = past.signal(signal.seq)
    if (durable === undefined || !sameSignal(durable, signal, past.isErased(signal.seq)))
      say(`signal ${signal.seq} is among the recent ones, and not so durable`)
  }
  if (hub === 'closed') return
  for (const { address, state, alive, held } of runtime.actors.list()) {
    const stand = past.standing.get(address)
    if (stand === undefined || !stand.alive || !alive) say(`${address} is listed, and durably not there`)
    else if (held === null && state !== stand.state)
      say(`${address} is shown as ${state}, durable is ${stand.state}`)
  }
  for (const { address, state } of runtime.agents.list()) {
    const stand = past.standing.get(address)
    if (stand?.state !== state) say(`${address} is shown as ${state}, durable is ${stand?.state}`)
  }
}

/** After a refused write actors are ahead of the journal: nobody may look at them. */
function nothingElse({ simulation, runtime }: Life): void {
  const { position } = runtime.status()
  if (position > simulation.position) simulation.break(1, `position ${position} is shown, and was refused`)
  const looks = { actors: () => runtime.actors.list(), agents: () => runtime.agents.list() }
  for (const [what, look] of Object.entries(looks))
    if (!isRefused(look)) simulation.break(1, `${what} are shown after a write was refused`)
}

function isRefused(look: () => unknown): boolean {
  try {
    look()
    return false
  } catch (error) {
    return error instanceof StatorError && error.code === 'JOURNAL_FAILED'
  }
}
